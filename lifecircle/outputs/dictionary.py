"""The data dictionary: every table that is written, column by column."""

from collections.abc import Mapping, Sequence

from lifecircle.model.audit import GAP_COLUMNS, PUBLISHED_COLUMNS
from lifecircle.model.comparison import CHANGE_COLUMNS, FACILITY_CHANGE_COLUMNS
from lifecircle.model.sensitivity import COMBINATION_COLUMNS, FACTOR_COLUMNS
from lifecircle.model.tables import FACILITY_COLUMNS, RESIDENCE_COLUMNS
from lifecircle.model.uncertainty import COMPLETENESS_COLUMNS, COMPONENT_COLUMNS, INTERVAL_COLUMNS
from lifecircle.outputs.dictionary_compare import CHANGES, FACILITY_CHANGES, PROXIMITY, PUBLISHED
from lifecircle.outputs.dictionary_scenario import SCENARIO_CONTRACTS, SCENARIO_FILES, SCENARIO_TABLES
from lifecircle.outputs.dictionary_siting import SITING_CONTRACTS, SITING_FILES, SITING_TABLES
from lifecircle.outputs.dictionary_uncertainty import FILES as UNCERTAINTY_FILES
from lifecircle.outputs.dictionary_uncertainty import TABLES as UNCERTAINTY_TABLES

# name: (type, unit, meaning)
Columns = Mapping[str, tuple[str, str, str]]

_GEOMETRY: Columns = {
    "geometry": ("geometry", "EPSG:4326", "the mapped shape"),
    "entrances": ("geometry", "EPSG:4326", "multipoint: where a walker enters or leaves; in the Parquet files only"),
}
_RESIDENCE: Columns = {
    "residence_id": ("text", "", "unique id of the origin"),
    "object_id": ("text", "", "the building, estate or cell it comes from"),
    "name": ("text", "", "name on the map; empty when unnamed"),
    "kind": ("text", "", "origin kind: building, residential_area, estate_gate, grid or hexagon"),
    "population": ("number", "people", "null without a population source"),
    "population_<group>": ("number", "people", "of an age group of the study; only where its population file has them"),
    "floor_area_m2": ("number", "m²", "footprint times levels; null without a building"),
    "floor_area_defaulted": ("boolean", "", "levels were not mapped; a default was used"),
    "land_m2": ("number", "m²", "residential land; null for buildings"),
    "community_id": ("text", "", "empty when unknown"),
    "entrance_kind": ("text", "", "mapped, path, sampled or representative"),
    "estate": ("text", "", "name of the residential land it stands in; empty when unknown"),
    "covered_count": ("integer", "circles", "circles of the headline known to be covered"),
    "weight": ("number", "the study's weight", "people, m² or 1, as `audit.json` names it"),
    "<circle>_min": ("number", "minutes", "to the deciding item (any: least, all: greatest); inf beyond the search"),
    "<circle>_m": ("number", "m", "the same for rules in metres; the column exists for those circles alone"),
    "<circle>_status": ("text", "", "covered, not_covered or unknown"),
    "<circle>_reason": ("text", "", "why unknown: unsnapped, edge_of_data or thin_data; else empty"),
    "<circle>_cause": ("text", "", "why not covered ([methods](methods/gap-causes.md)); empty where it is not"),
    "<circle>_cause_also": ("text", "", "what else holds, joined by a vertical bar"),
    "<circle>_detour": ("number", "", "walk over crow flight; inf beyond the search; null with no facility within"),
    "<circle>_facility_id": ("text", "", "the facility that serves the deciding item; null where none is reached"),
}  # fmt: skip
_FACILITY: Columns = {
    "facility_id": ("text", "", "object and type: `<object_id>:<type>`; one row per object and type"),
    "object_id": ("text", "", "the thing itself: `n1`, `w2`, `r3`, or `<file>/<row>` of a user's table"),
    "type": ("text", "", "facility type of the catalogue"),
    "name": ("text", "", "empty when unnamed"),
    "capacity": ("number", "places", "null when unknown"),
    "source": ("text", "", "`osm` or a file name"),
    "lenient": ("boolean", "", "counts in the lenient reading only"),
    "area_m2": ("number", "m²", "0 for points and lines"),
    "merged": ("text", "", "other object ids of the same thing, joined by `;`"),
    "entrance_kind": ("text", "", "point, mapped, path, sampled or representative"),
    "attributes": ("text", "", "JSON object: other columns of a list, some tags of the map; empty when there are none"),
    "sources": ("text", "", "who knows it, the most trusted first, joined by `;`; only with facility lists"),
}
_GAP: Columns = {
    "gap": ("integer", "", "number within the circle, heaviest first; the number on the map"),
    "circle": ("text", "", "id of the circle"),
    "place": ("text", "", "estate, else nearest street, else empty"),
    "community": ("text", "", "community; empty when unknown"),
    "homes": ("integer", "residences", "residences in the gap"),
    "weight": ("number", "the study's weight", "sum over the gap"),
    "weight_share": ("number", "0..1", "of the study's total weight"),
    "missing": ("text", "", "types of the items that fail, joined by a vertical bar"),
    "nearest_facility_id": ("text", "", "of the median home; empty when none is within the time searched"),
    "nearest_name": ("text", "", "its name"),
    "minutes": ("number", "minutes", "median over the gap; inf beyond the search; empty for rules in metres"),
    "metres": ("number", "m", "as above for rules in metres; empty for rules in minutes"),
    "minutes_over": ("number", "minutes", "beyond the threshold; empty for rules in metres"),
    "metres_over": ("number", "m", "beyond the threshold; empty for rules in minutes"),
    "lon": ("number", "degrees, WGS-84", "of a point in the gap"),
    "lat": ("number", "degrees, WGS-84", "of a point in the gap"),
    "cause": ("text", "", "why it is a gap: the cause of most of its weight ([gap causes](methods/gap-causes.md))"),
    "cause_share": ("number", "0..1", "of the gap's weight with that cause"),
    "detour_ratio": ("number", "", "walk over crow flight, median of those with a facility within crow flight"),
}  # fmt: skip
_FIX: Columns = {
    "circle": ("text", "", "id of the circle"),
    "gap": ("integer", "", "number of the gap that is helped; 0: the whole circle"),
    "rank": ("integer", "", "within the circle or gap, heaviest gain first"),
    "change": ("text", "", "new_facility, open_way (a closed or private way, a gate) or step_free (a way round steps)"),
    "what": ("text", "", "facility type; `way/123` or `gate on way/123` of OpenStreetMap"),
    "place": ("text", "", "street; empty when it has no name"),
    "lon": ("number", "degrees, WGS-84", "of the new facility, of the middle of what is opened"),
    "lat": ("number", "degrees, WGS-84", ""),
    "residences": ("integer", "residences", "that this change alone would cover (of the gap, where one is named)"),
    "weight": ("number", "the study's weight", "of those"),
    "share": ("number", "0..1", "of the study's total weight"),
    "checked": ("boolean", "", "the changed place was searched again and judged; else from the search of candidates"),
}  # fmt: skip
_EQUITY: Columns = {
    "by": ("text", "", "the attribute; `own_group`: the circle's own people as the weight; `age_group`: all groups"),
    "group": ("text", "", "its value, or a range of numbers; `(unknown)` where it is not known"),
    "circle": ("text", "", "id of the circle; `all_circles`: the joint verdict"),
    "residences": ("integer", "residences", "in the group, with any weight"),
    "weight": ("number", "the study's weight", "of the group; people of the age group where that is the weight"),
    "weight_share": ("number", "0..1", "of all groups"),
    "share": ("number", "0..1", "of the group's weight that is covered"),
    "share_upper": ("number", "0..1", "the same with what is unknown counted as covered"),
    "mean": ("number", "0..1", "covered share of all groups together"),
    "gap_to_mean": ("number", "-1..1", "share less mean"),
    "worst_decile": ("boolean", "", "of the tenth of the groups with the lowest share; only with 10 groups or more"),
}  # fmt: skip
_COMMUNITY: Columns = {
    "community_id": ("text", "", "id in the file, or of the OpenStreetMap object"),
    "name": ("text", "", ""),
    "code": ("text", "", "official code joined by name; empty when none was found"),
    "area_km2": ("number", "km²", ""),
    "residences": ("integer", "residences", "whose representative point lies in it"),
    "weight": ("number", "the study's weight", "sum over its residences"),
    "<circle>_share": ("number", "0..1", "covered share of its weight; `all_circles`: by all counted circles together"),
    "<circle>_share_upper": ("number", "0..1", "the same with what is unknown counted as covered"),
    "<circle>_state": ("text", "", "wholly (share >= 95 %), partly, not_covered, unknown (left open) or empty"),
}  # fmt: skip
_PROVISION: Columns = {
    "number": ("integer", "", "of the provision, in the order of the standard"),
    "circle": ("text", "", "id of the circle that asks for it"),
    "types": ("text", "", "facility types, any of them, joined by a vertical bar"),
    "at_least": ("integer", "objects", "that every community shall hold"),
    "community_id": ("text", "", ""),
    "name": ("text", "", "of the community"),
    "objects": ("integer", "objects", "mapped inside its boundary that count"),
    "unknown": ("integer", "objects", "that may count as well: an attribute asked for is not known"),
    "state": ("text", "", "provided; else unknown (those would suffice, or the map of the types is thin) or lacking"),
}  # fmt: skip
_CONFLICT: Columns = {
    "conflict": ("text", "", "type, name, position, capacity, or not_in_list"),
    "type": ("text", "", "facility type that is used"),
    "facility_id": ("text", "", "the record that is used"),
    "source": ("text", "", "where it comes from"),
    "name": ("text", "", "its name"),
    "other_id": ("text", "", "the record that says otherwise"),
    "other_source": ("text", "", "where that one comes from"),
    "other_name": ("text", "", "its name"),
    "used": ("text", "", "the value that is used"),
    "set_aside": ("text", "", "the value of the other record"),
    "distance_m": ("number", "m", "between the two"),
    "resolution": ("text", "", "merged, kept_apart or lenient_only"),
    "lon": ("number", "degrees, WGS-84", ""),
    "lat": ("number", "degrees, WGS-84", ""),
}  # fmt: skip
_REVIEW: Columns = {
    "community_id": ("text", "", ""),
    "name": ("text", "", "in the polygons"),
    "match": ("text", "", "fuzzy, reviewed, ambiguous or none; equal names are not listed"),
    "code": ("text", "", "given; fill it in where it is empty and name the file as communities.codes.reviewed"),
    "candidate_code": ("text", "", "of the most alike official name"),
    "candidate_name": ("text", "", ""),
    "score": ("number", "0..100", "likeness of the two names without 社区, 居委会 and the like"),
    "runner_up_code": ("text", "", "of the next best"),
    "runner_up_name": ("text", "", ""),
    "runner_up_score": ("number", "0..100", ""),
}  # fmt: skip
_ROWS: Columns = {
    "file": ("text", "", "a list of the study"),
    "sheet": ("text", "", "empty for files without sheets"),
    "row": ("integer", "", "as a spreadsheet counts: titles and headers are rows too"),
    "status": ("text", "", "kept, fixed, geocoded, needs_geocoding or refused; the first three are used"),
    "why": ("text", "", "what was put right, what is missing or wrong, with the column and the value seen"),
    "name": ("text", "", ""),
    "address": ("text", "", ""),
    "types": ("text", "", "facility types, joined by |"),
    "lon": ("number", "degrees, WGS-84", "empty where the row has no place"),
    "lat": ("number", "degrees, WGS-84", ""),
    "datum": ("text", "", "what the list's own coordinates were taken for"),
    "object_id": ("text", "", "the row's id among the facilities, <file stem>/<row>"),
}  # fmt: skip

TABLES: Mapping[str, Columns] = {
    "residences": {**_RESIDENCE, **_GEOMETRY},
    "facilities": {**_FACILITY, **_GEOMETRY},
    "gaps": _GAP,
    "fixes": _FIX,
    "equity": _EQUITY,
    "communities": _COMMUNITY,
    "provision": _PROVISION,
    "conflicts": _CONFLICT,
    "communities_review": _REVIEW,
    "rows": _ROWS,
    "published": PUBLISHED,
    "proximity": PROXIMITY,
    "changes": CHANGES,
    "facility_changes": FACILITY_CHANGES,
    **UNCERTAINTY_TABLES,
    **SITING_TABLES,
    **SCENARIO_TABLES,
}
_CONTRACTS = {"residences": RESIDENCE_COLUMNS, "facilities": FACILITY_COLUMNS, "gaps": GAP_COLUMNS}
_CONTRACTS |= SITING_CONTRACTS
_CONTRACTS |= SCENARIO_CONTRACTS
_CONTRACTS |= {
    "uncertainty": ("id", *INTERVAL_COLUMNS),
    "uncertainty_components": COMPONENT_COLUMNS,
    "uncertainty_completeness": COMPLETENESS_COLUMNS,
    "sensitivity": COMBINATION_COLUMNS,
    "sensitivity_factors": FACTOR_COLUMNS,
}
_CONTRACTS |= {"published": PUBLISHED_COLUMNS, "changes": CHANGE_COLUMNS, "facility_changes": FACILITY_CHANGE_COLUMNS}

_HEAD = """# Data dictionary

Generated from the column lists of the code; a test keeps it current.

| file | what | rows |
|---|---|---|
| `audit.json` | machine-readable summary: [schemas/audit.schema.json](schemas/audit.schema.json) | |
| `residences.parquet` | GeoParquet 1.1, EPSG:4326, table *residences* | one per residence, sorted by id |
| `facilities.parquet` | GeoParquet 1.1, EPSG:4326, table *facilities* | one per object and type, sorted by id |
| `audit.gpkg` | GeoPackage with layers *residences*, *facilities*, *gaps*, *communities* (if any), *isochrones* (with `--isochrones`: bands of every circle, for display) and QGIS styles; facilities and gaps as points | as the tables |
| `gaps.csv` | table *gaps*, UTF-8 with byte-order mark | by circle, then number |
| `fixes.csv` | table *fixes*: the single changes that would cover most residences | by circle, whole circles first |
| `equity.csv` | table *equity*: coverage by group, if the study or `lifecircle equity` asks for it | by attribute, circle, group |
| `communities.csv` | table *communities*, if the study has any | by id |
| `provision.csv` | table *provision*: what every community holds of what the standard asks of each, if both are there | as the standard, then by id |
| `conflicts.csv` | table *conflicts*: where the sources of a facility disagree, if they do | by kind, then id |
| `rows.csv` | table *rows*: what became of every row of the study's lists, if it has any | as the lists |
| `communities_review.csv` | table *communities_review*: official codes to look at, if any | by id |
| `proximity.csv` | table *proximity*, of standards that average over the nearest (`sony`) | by category, `all` last |
| `published.csv` | table *published*: published counts beside mapped ones, if the study tells any | circles, then types |
| `map.html` | interactive map, works with no internet; of `lifecircle compare` and `lifecircle what-if`, who gains and who loses | |
| `tables.xlsx` | the tables above with headers in words, filters and number formats; text from outside never a formula | as the tables |
| `report.docx`, `report.html`, `report.pdf` | the report (PDF with `pip install 'lifecircle[pdf]'`): [how-to](how-to/report-and-figures.md) | |
| `figures/` | maps and charts for print, PNG; sheet and charts also SVG and PDF | |
| `provenance.json` | versions, inputs, row counts; sha256 of every file written; clock, host and durations of the run | |
| `compare.json` | of `lifecircle compare`: [schemas/compare.schema.json](schemas/compare.schema.json) | |
| `changes.csv` | of `lifecircle compare`: table *changes* | by circle, change, residence |
| `facility_changes.csv` | of `lifecircle compare`: table *facility_changes* | gone before new, then by id |
| `differences.png` | of `lifecircle compare`: the map of differences for print | |
| `compare.gpkg` | of `lifecircle compare`: layers *gains*, *losses*, *unknown*, *facilities* and *residences_in_one*, all points | as the tables |
"""  # noqa: E501 - rows of a Markdown table cannot be wrapped
_TAIL = """
`audit.json`, `residences.parquet` and `facilities.parquet` are the same to the byte for the same inputs, study and version.
Cells of `gaps.csv` that begin with `=`, `+`, `-` or `@` and come from outside data carry a leading `'`, so that no
spreadsheet runs them. The map shows minutes rounded up to a tenth and metres rounded up to whole ones, so that a number
shown never contradicts its verdict.
"""  # noqa: E501 - rows of a Markdown table cannot be wrapped


def data_dictionary() -> str:
    """Return docs/data-dictionary.md.

    Raises
    ------
    KeyError
        If a column of the contract has no description here.
    """
    parts = [_HEAD + UNCERTAINTY_FILES + SITING_FILES + SCENARIO_FILES + _TAIL]
    for table, columns in TABLES.items():
        undescribed = [name for name in _CONTRACTS.get(table, ()) if name not in columns]
        if undescribed:
            raise KeyError(f"data dictionary: columns of {table} without a description: {undescribed}")
        parts.append(f"## {table}\n\n{_rows(columns)}\n")
    return "\n".join(parts)


def _rows(columns: Columns) -> str:
    lines: Sequence[str] = [f"| `{name}` | {kind} | {unit} | {text} |" for name, (kind, unit, text) in columns.items()]
    return "\n".join(["| column | type | unit | meaning |", "|---|---|---|---|", *lines])
