"""docs/data-dictionary.md is what the code says, and names every column that is written."""

import re
from pathlib import Path

import geopandas as gpd
from outputs.views import small_view
from shapely.geometry import box

from lifecircle.coverage.communities import community_rollup
from lifecircle.coverage.provision import PROVISION_COLUMNS
from lifecircle.facilities.conflicts import CONFLICT_COLUMNS
from lifecircle.outputs.dictionary import TABLES, data_dictionary
from lifecircle.outputs.tables import facility_table, gap_table, residence_table
from lifecircle.sources.community_codes import REVIEW_COLUMNS

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_document_is_current():
    assert DOCUMENT.read_text(encoding="utf-8") == data_dictionary()


def test_every_written_column_is_described():
    view = small_view()
    circles = "|".join(view.audit.circles.index)
    tables = {"residences": residence_table(view), "facilities": facility_table(view)}
    for name, table in tables.items():
        columns = {re.sub(rf"^({circles})_", "<circle>_", column) for column in table.columns}
        columns = {re.sub("^population_.*", "population_<group>", column) for column in columns}
        assert columns == set(TABLES[name])
    assert set(gap_table(view).columns) - {"geometry"} == set(TABLES["gaps"])


def test_tables_of_other_rooms_are_described_too():
    assert tuple(TABLES["conflicts"]) == CONFLICT_COLUMNS
    assert tuple(TABLES["provision"]) == PROVISION_COLUMNS
    assert tuple(TABLES["communities_review"]) == REVIEW_COLUMNS
    view = small_view()
    areas = gpd.GeoDataFrame({"id": ["c1"], "name": [""]}, geometry=[box(0, 0, 500, 600)], crs=view.area.crs)
    circles = "|".join([*view.audit.circles.index, "all_circles"])
    columns = community_rollup(view.audit, view.residences, communities=areas).drop(columns="geometry").columns
    assert {re.sub(rf"^({circles})_", "<circle>_", column) for column in columns} == set(TABLES["communities"])
