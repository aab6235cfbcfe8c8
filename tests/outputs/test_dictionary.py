"""docs/data-dictionary.md is what the code says, and names every column that is written."""

import re
from pathlib import Path

from outputs.views import small_view

from lifecircle.outputs.dictionary import TABLES, data_dictionary
from lifecircle.outputs.tables import facility_table, gap_table, residence_table

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_document_is_current():
    assert DOCUMENT.read_text(encoding="utf-8") == data_dictionary()


def test_every_written_column_is_described():
    view = small_view()
    circles = "|".join(view.audit.circles.index)
    tables = {"residences": residence_table(view), "facilities": facility_table(view)}
    for name, table in tables.items():
        columns = {re.sub(rf"^({circles})_", "<circle>_", column) for column in table.columns}
        assert columns == set(TABLES[name])
    assert set(gap_table(view).columns) - {"geometry"} == set(TABLES["gaps"])
