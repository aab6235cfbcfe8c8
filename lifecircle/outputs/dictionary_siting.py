"""Files and columns of ``lifecircle site`` and ``lifecircle score`` in the data dictionary."""

from collections.abc import Mapping
from typing import Final

from lifecircle.model.siting import SCORE_COLUMNS, SITE_COLUMNS, TRADEOFF_COLUMNS

SITING_FILES: Final = """\
| `plan.json` | of `lifecircle site`: [schemas/plan.schema.json](schemas/plan.schema.json) | |
| `sites.csv`, `sites.geojson`, `plan.gpkg` (layer *sites*) | of `lifecircle site`: table *sites* | in their order |
| `tradeoff.csv` | of `lifecircle site`: table *tradeoff* | one per number of sites, or step of the budget |
| `tradeoff.png`, `tradeoff.svg` | of `lifecircle site`: the same drawn, where there are two steps or more | |
| `scenario.yml` | of `lifecircle site`: the plan for `lifecircle what-if`; what it writes for it stands beside | |
| file of `--out` | of `lifecircle score`: table *scores* | the most useful first |
"""

_WEIGHT: Final = "the study's weight"

SITING_TABLES: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = {
    "sites": {
        "order": ("integer", "", "1 for the site that brings or prepares most"),
        "candidate_id": ("text", "", "`node/<OSM id>`, `grid/<column>_<row>`, the object's id, or `<file stem>/<row>`"),
        "type": ("text", "", "facility type to build"),
        "name": ("text", "", "a street that meets there, the object's or the list's name; may be empty"),
        "lon": ("number", "degrees, WGS-84", ""),
        "lat": ("number", "degrees, WGS-84", ""),
        "price": ("number", "as given", "1 where no price is given"),
        "gain": ("number", _WEIGHT, "of the objective, on top of the sites before it"),
        "gain_alone": ("number", _WEIGHT, "of the objective, were it the only one"),
        "from_not_covered": ("number", _WEIGHT, "of `gain`: those who were known to lack it"),
        "from_unknown": ("number", _WEIGHT, "of `gain`: those of whom it was not known"),
        "total": ("number", _WEIGHT, "of the objective with this site and those before it, with what exists"),
    },
    "tradeoff": {
        "sites": ("integer", "", ""),
        "price": ("number", "as given", "of that choice"),
        "value": (
            "number",
            f"{_WEIGHT}; minutes",
            "covered by the best choice found, LSCP: by the first sites; p-median: the mean walk",
        ),
        "share": ("number", "0..1", "of the study's weight, once a requirement or circle; empty for the p-median"),
        "bound": ("number", f"{_WEIGHT}; minutes", "no choice of so many sites does better"),
        "bound_share": ("number", "0..1", "the same of `bound`"),
        "gap": ("number", "0..1", "how far the gain can be from the best, of the bound"),
    },
    "scores": {
        "rank": ("integer", "", "1 for the candidate that brings most by itself"),
        "candidate_id": ("text", "", "`<file stem>/<row>`"),
        "name": ("text", "", ""),
        "lon": ("number", "degrees, WGS-84", ""),
        "lat": ("number", "degrees, WGS-84", ""),
        "status": ("text", "", "scored, else why not: outside, no_street, no_place, refused or near_existing"),
        "within_reach": ("number", _WEIGHT, "within the threshold, covered already or not"),
        "gain_alone": ("number", _WEIGHT, "newly covered by it alone"),
        "share_alone": ("number", "0..1", "the same of the study's weight"),
        "from_not_covered": ("number", _WEIGHT, "of `gain_alone`"),
        "from_unknown": ("number", _WEIGHT, "of `gain_alone`"),
        "order": ("integer", "", "its turn when the most useful next one is built again and again"),
        "gain_in_order": ("number", _WEIGHT, "newly covered at its turn"),
        "mean_minutes": ("number", "minutes", "mean walk with it alone; beyond the time searched counts as that time"),
        "minutes_saved": ("number", "minutes", "of the mean walk"),
    },
}
SITING_CONTRACTS: Final = {"sites": SITE_COLUMNS, "tradeoff": TRADEOFF_COLUMNS, "scores": SCORE_COLUMNS}
