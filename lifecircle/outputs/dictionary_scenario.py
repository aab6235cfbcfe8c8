"""The tables of a what-if, column by column."""

from collections.abc import Mapping

from lifecircle.model.what_if import (
    COMMUNITY_EFFECT_COLUMNS,
    EFFECT_COLUMNS,
    GAIN_COLUMNS,
    GROUP_EFFECT_COLUMNS,
    TYPE_EFFECT_COLUMNS,
)

Columns = Mapping[str, tuple[str, str, str]]

_SIDES: Columns = {
    "share_before": ("number", "0..1", "covered share of the study's weight; null where it cannot be assessed"),
    "share_after": ("number", "0..1", "the same after the scenario"),
    "share_upper_before": ("number", "0..1", "with what is unknown counted as covered"),
    "share_upper_after": ("number", "0..1", "the same after the scenario"),
    "change": ("number", "0..1", "share after less share before"),
}  # fmt: skip
_GAINS: Columns = {
    "residence_id": ("text", "", "id of a residence that is there before and after"),
    "circle": ("text", "", "id of the circle that it gains, or loses"),
    "name": ("text", "", "name on the map; empty when unnamed"),
    "community_id": ("text", "", "empty when unknown"),
    "before_status": ("text", "", "covered, not_covered or unknown; gains from unknown are told apart by it"),
    "before_reason": ("text", "", "why unknown: unsnapped, edge_of_data or thin_data; else empty"),
    "after_status": ("text", "", "the status after the scenario"),
    "after_reason": ("text", "", "why unknown after the scenario"),
    "before_min": ("number", "minutes", "to the deciding item; inf beyond the search; empty for rules in metres"),
    "after_min": ("number", "minutes", "the same after the scenario"),
    "before_m": ("number", "m", "the same for rules in metres"),
    "after_m": ("number", "m", "the same after the scenario"),
    "before_facility_id": ("text", "", "the facility that serves the deciding item; empty where none is reached"),
    "after_facility_id": ("text", "", "the same after the scenario; new ones are called `new/<n>:<type>`"),
    "weight": ("number", "the study's weight", "people, m² or 1, before"),
    "weight_share": ("number", "0..1", "of the study's total weight before"),
    "lon": ("number", "degrees, WGS-84", "of a point in the residence"),
    "lat": ("number", "degrees, WGS-84", "of a point in the residence"),
}  # fmt: skip
_CIRCLES: Columns = {
    "circle": ("text", "", "id of the circle"),
    "name_zh": ("text", "", ""),
    "name_en": ("text", "", ""),
    "assessable_before": ("boolean", "", "whether the circle can be judged at all, before"),
    "assessable_after": ("boolean", "", "the same after the scenario"),
    "facilities_before": ("integer", "objects", "of its types"),
    "facilities_after": ("integer", "objects", "of its types"),
    **_SIDES,
    "gained_residences": ("integer", "residences", "covered after, not known to be covered before"),
    "gained_weight": ("number", "the study's weight", "of those"),
    "gained_from_unknown_weight": ("number", "the study's weight", "of those that were unknown before"),
    "lost_residences": ("integer", "residences", "covered before, not known to be covered after"),
    "lost_weight": ("number", "the study's weight", "of those"),
}  # fmt: skip
_COMMUNITIES: Columns = {
    "community_id": ("text", "", "communities of which a share or state changes"),
    "name": ("text", "", ""),
    "circle": ("text", "", "id of the circle; `all_circles`: all counted circles together"),
    **_SIDES,
    "state_before": ("text", "", "wholly, partly, not_covered, unknown or empty"),
    "state_after": ("text", "", "the same after the scenario"),
}  # fmt: skip
_GROUPS: Columns = {
    "group": ("text", "", "age group of the study's population file"),
    "circle": ("text", "", "id of the circle; `all_circles`: all circles counted before and after together"),
    "people": ("number", "people", "of the group, in residences that are there before and after"),
    **_SIDES,
    "gained_people": ("number", "people", "of the group who gain the circle"),
    "lost_people": ("number", "people", "of the group who lose it"),
}  # fmt: skip
_TYPES: Columns = {
    "type": ("text", "", "facility type that comes, goes, moves or changes"),
    "facilities_before": ("integer", "objects", "within the reach of the study"),
    "facilities_after": ("integer", "objects", "the same after the scenario"),
    **{
        f"within_{minutes}_{side}": ("number", "0..1", f"share of the study's weight within {minutes} minutes, {side}")
        for minutes in (5, 10, 15)
        for side in ("before", "after")
    },
    "nearer_residences": ("integer", "residences", "that have a nearer one after"),
    "nearer_weight": ("number", "the study's weight", "of those"),
    "farther_residences": ("integer", "residences", "whose nearest is farther after"),
    "farther_weight": ("number", "the study's weight", "of those"),
    "limit_min": ("number", "minutes", "in which the standard wants the type, 15 where it says none"),
    "within_limit_before": ("number", "0..1", "share of the study's weight within those minutes, before"),
    "within_limit_after": ("number", "0..1", "share of the study's weight within those minutes, after"),
    "gained_residences": ("integer", "residences", "newly within those minutes"),
    "gained_weight": ("number", "the study's weight", "of those"),
    "lost_residences": ("integer", "residences", "no longer within those minutes"),
    "lost_weight": ("number", "the study's weight", "of those"),
    "decides": ("text", "", "circles that it decides in the headline's reading, joined by a vertical bar"),
}  # fmt: skip

SCENARIO_TABLES: Mapping[str, Columns] = {
    "gains": _GAINS,
    "losses": _GAINS,
    "scenario_circles": _CIRCLES,
    "scenario_communities": _COMMUNITIES,
    "scenario_groups": _GROUPS,
    "scenario_types": _TYPES,
}
SCENARIO_CONTRACTS = {
    "gains": GAIN_COLUMNS,
    "losses": GAIN_COLUMNS,
    "scenario_circles": ("circle", *EFFECT_COLUMNS),
    "scenario_communities": COMMUNITY_EFFECT_COLUMNS,
    "scenario_groups": GROUP_EFFECT_COLUMNS,
    "scenario_types": TYPE_EFFECT_COLUMNS,
}
SCENARIO_FILES = """\
| `scenario.json` | of `lifecircle what-if`: [schemas/scenario.schema.json](schemas/scenario.schema.json) | |
| `gains.csv`, `losses.csv` | of `lifecircle what-if`: tables *gains*, *losses* | by circle, then residence |
| `scenario_circles.csv`, `scenario_communities.csv`, `scenario_groups.csv`, `scenario_types.csv` | of `lifecircle what-if`: the tables of those names, where they have rows | by circle, community, group, type |
| `scenarios.csv`, `scenarios.json` | of `lifecircle what-if` with several scenarios: one row each, and all of their documents | as the file |
"""  # noqa: E501 - rows of a Markdown table cannot be wrapped
