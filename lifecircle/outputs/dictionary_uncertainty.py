"""The data dictionary of intervals from data error and of grids of definitions."""

from collections.abc import Mapping

Columns = Mapping[str, tuple[str, str, str]]

UNCERTAINTY: Columns = {
    "id": ("text", "", "circle; last `headline`, the joint verdict"),
    "share": ("number", "0..1", "covered, as mapped, in the study's weight"),
    "low": ("number", "0..1", "5th percentile of the covered share over the draws"),
    "high": ("number", "0..1", "95th percentile"),
    "expected": ("number", "0..1", "mean of the draws"),
    "upper_low": ("number", "0..1", "5th percentile of the upper bound: the unknown counted as covered"),
    "upper_high": ("number", "0..1", "95th percentile of the upper bound"),
    "fixed": ("boolean", "", "a requirement of it is of a kind that is not drawn"),
}
COMPONENTS: Columns = {
    "id": ("text", "", "circle or `headline`"),
    "component": ("text", "", "unmapped, position, legs or weights, drawn alone"),
    "low": ("number", "0..1", "5th percentile of the covered share"),
    "high": ("number", "0..1", "95th percentile"),
}
COMPLETENESS: Columns = {
    "type": ("text", "", "facility type that decides a circle"),
    "source": ("text", "", "declared, list, published, judgement; empty where nothing is known and none is drawn"),
    "low": ("number", "0..1", "part that is mapped, least"),
    "high": ("number", "0..1", "greatest"),
    "mapped": ("integer", "objects", "inside the study"),
    "unmapped": ("number", "objects", "drawn, on average"),
    "held": ("number", "0..1", "of the proof's runs that held the truth, at its worst level; empty if not proven"),
}
SENSITIVITY: Columns = {
    "combination": ("integer", "", "number of the combination"),
    "speed_kmh": ("number", "km/h", "of the study's walker; a circle's own walker keeps its speed"),
    "reading": ("text", "", "claim, standard or lenient"),
    "origin": ("text", "", "origin kind"),
    "metric": ("text", "", "network or straight"),
    "base": ("boolean", "", "as the study asks"),
    "id": ("text", "", "circle, or `headline` over the circles assessed in every combination"),
    "share": ("number", "0..1", "covered"),
    "share_upper": ("number", "0..1", "covered or unknown"),
    "weight": ("text", "", "denominator; not the same for every origin kind"),
    "residences": ("integer", "", "origins of the combination"),
}
FACTORS: Columns = {
    "id": ("text", "", "circle or `headline`"),
    "factor": ("text", "", "speed, reading, origin or metric; the others stay as the study asks"),
    "share": ("number", "0..1", "as the study asks"),
    "low": ("number", "0..1", "least share over the factor"),
    "low_at": ("text", "", "where it is reached"),
    "high": ("number", "0..1", "greatest share"),
    "high_at": ("text", "", "where it is reached"),
    "spread": ("number", "0..1", "high - low; widest factor first within a circle"),
}
CLASSED: Columns = {
    "residence_id": ("text", "", ""),
    "weight": ("number", "the study's weight", ""),
    "<circle>_class": (
        "text",
        "",
        "robust_covered, sensitive, robust_not_covered or unknown, over the combinations with the study's own origins",
    ),
    "headline_class": ("text", "", "the same of the joint verdict over the circles assessed in every combination"),
    "geometry": ("geometry", "EPSG:4326", ""),
}
FILES = """\
| `uncertainty.csv` | of `--uncertainty`: table *uncertainty*: 90 % interval from error in the data | by circle, last the headline |
| `uncertainty_components.csv` | of `--uncertainty`: table *uncertainty_components* | by component, circle |
| `uncertainty_completeness.csv` | of `--uncertainty`: table *uncertainty_completeness* | by type |
| `sensitivity.json` | of `lifecircle sensitivity`: all of it, with the share of weight in each class | |
| `sensitivity.csv` | of `lifecircle sensitivity`: table *sensitivity* | by combination, circle |
| `sensitivity_factors.csv` | of `lifecircle sensitivity`: table *sensitivity_factors* | by circle, widest first |
| `sensitivity.parquet`, `sensitivity.gpkg` | of `lifecircle sensitivity`: table *sensitivity_residences* | by residence |
"""  # noqa: E501 - rows of a Markdown table cannot be wrapped
TABLES: Mapping[str, Columns] = {
    "uncertainty": UNCERTAINTY,
    "uncertainty_components": COMPONENTS,
    "uncertainty_completeness": COMPLETENESS,
    "sensitivity": SENSITIVITY,
    "sensitivity_factors": FACTORS,
    "sensitivity_residences": CLASSED,
}
