"""Count every facility type in every extract of a folder and write the tables of docs/catalogue-counts.md.

Usage: python tools/catalogue_counts.py FOLDER

The text around the tables is kept: it lies outside the two marker lines.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely
from geopandas import GeoDataFrame

from lifecircle.config.catalogue import load_catalogue
from lifecircle.facilities.classify import classify, count_by_type
from lifecircle.facilities.deduplicate import deduplicate
from lifecircle.model.area import local_crs
from lifecircle.model.catalogue import Catalogue
from lifecircle.sources.osm_file import read_osm

PAGE = Path(__file__).resolve().parents[1] / "docs" / "catalogue-counts.md"
BEGIN, END = "<!-- counts: begin -->", "<!-- counts: end -->"
EXTRACTS = {
    "Akureyri": "akureyri.osm.pbf",
    "Selfoss": "selfoss.osm.pbf",
    "Reykjavík": "reykjavik.osm.pbf",
    "Liechtenstein 2021": "liechtenstein_2021.osm.pbf",
    "Liechtenstein 2024": "liechtenstein_2024.osm.pbf",
    "Bad Hersfeld": "bad_hersfeld.osm.gz",
    "Helsinki centre": "helsinki_centre.osm.pbf",
    "Beijing Haidian 2017": "beijing_haidian_20170624.osm.pbf",
    "Beijing CAU 2026": "beijing_cau_20260322.osm.pbf",
    "Shenzhen Longgang 2019": "shenzhen_longgang_20191103.osm.pbf",
}

Cells = Mapping[str, str]


def counted(file: Path, catalogue: Catalogue) -> tuple[Cells, Cells]:
    """Return per type ``"objects / facilities"``, and ``"inside institutions + lenient only"``, of a whole extract."""
    objects = read_osm(file).objects
    objects = objects.to_crs(local_crs(shapely.box(*objects.total_bounds)))
    found = classify(objects, catalogue)
    things = objects.loc[found["object_id"].to_numpy()]
    rows = GeoDataFrame(
        found.assign(tags=things["tags"].to_numpy()), geometry=things.geometry.to_numpy(), crs=objects.crs
    )
    kept = found.iloc[np.unique(deduplicate(rows, suffix_re=catalogue.gate.strip_suffix_re).survivor)]
    before, after = count_by_type(found, catalogue), count_by_type(kept, catalogue)
    inside = kept[kept["institutional"]]["type"].value_counts()
    lenient = kept[kept["lenient"] & ~kept["institutional"]]["type"].value_counts()
    strict = {kind: f"{before[kind]} / {after[kind]}" if before[kind] else "" for kind in catalogue.types}
    other = {kind: f"{inside.get(kind, 0)} + {lenient.get(kind, 0)}" for kind in {*inside.index, *lenient.index}}
    return strict, other


def table(columns: Mapping[str, Cells], catalogue: Catalogue) -> str:
    """Return a Markdown table: one row per type that occurs, one column per extract."""
    head = ["type", *columns]
    lines = [" | ".join(head), " | ".join(["---"] * len(head))]
    for kind in catalogue.types:
        cells = [column.get(kind, "") for column in columns.values()]
        if any(cells):
            lines.append(" | ".join([f"`{kind}`", *cells]))
    return "\n".join(f"| {line} |" for line in lines)


def main(folder: Path) -> None:
    """Rewrite the tables between the markers of the page."""
    catalogue = load_catalogue()
    pairs = {city: counted(folder / name, catalogue) for city, name in EXTRACTS.items()}
    strict = table({city: pair[0] for city, pair in pairs.items()}, catalogue)
    other = table({city: pair[1] for city, pair in pairs.items()}, catalogue)
    absent = [f"`{kind}`" for kind in catalogue.types if not any(pair[0][kind] for pair in pairs.values())]
    text = f"{BEGIN}\n\nObjects / facilities:\n\n{strict}\n\nIn no extract: {', '.join(absent)}.\n\n"
    text += f"Inside institutions + known to a lenient selector only (facilities):\n\n{other}\n\n{END}"
    page = PAGE.read_text(encoding="utf-8")
    start, stop = page.index(BEGIN), page.index(END) + len(END)
    PAGE.write_text(page[:start] + text + page[stop:], encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/catalogue_counts.py FOLDER")
    main(Path(sys.argv[1]))
