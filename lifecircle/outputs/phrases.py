"""Words of the outputs in both languages, and how shares and numbers are written."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from lifecircle.model.audit import AuditView, Headline
from lifecircle.model.equity import AGE_GROUP, COMMUNITY

CATALOGUES = (
    "phrases_uncertainty.yml",
    "phrases.yml",
    "phrases_columns.yml",
    "phrases_figures.yml",
    "phrases_report.yml",
    "phrases_scenario.yml",
    "phrases_siting.yml",
    "phrases_walks.yml",
)


@lru_cache(maxsize=1)
def _phrases() -> Mapping[str, Mapping[str, str]]:
    import yaml  # read once, when something is printed

    folder = resources.files("lifecircle").joinpath("data")
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in CATALOGUES]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same words, many times faster where it was built in
    return {key: words for text in texts for key, words in yaml.load(text, loader).items()}  # noqa: S506 - both are safe


def phrase(key: str, language: str, **values: object) -> str:
    """Return the phrase `key` in `language` ("zh" or "en"), its ``{names}`` filled in."""
    return _phrases()[key][language].format(**values)


def phrase_or(key: str, language: str, *, fallback: str) -> str:
    """Return the phrase `key`, or `fallback` where there is none (a user's own profile, a free-text reason)."""
    known = _phrases().get(key)
    return known[language] if known else fallback


def phrase_keys(starts: tuple[str, ...], language: str) -> dict[str, str]:
    """Return every phrase whose key begins with one of `starts`, as written."""
    return {key: texts[language] for key, texts in _phrases().items() if key.startswith(starts)}


def percent(share: float | None) -> str:
    """Return a share of 0..1 as a percentage with one decimal.

    Rounding never turns "nearly all" into all nor "hardly any" into none.

    Examples
    --------
    >>> percent(0.5), percent(0.9999), percent(0.0001), percent(None)
    ('50.0%', '99.9%', '<0.1%', '–')
    """
    if share is None or math.isnan(share):
        return "–"
    tenths = round(share * 1000.0)
    if tenths == 0 and share > 0.0:
        return "<0.1%"
    return "99.9%" if tenths == 1000 and share < 1.0 else f"{tenths / 10:.1f}%"


def share_range(low: float | None, high: float | None, *, language: str) -> str:
    """Return a lower and an upper bound as one text; a single figure where they agree."""
    first, last = percent(low), percent(high)
    return first if first == last else phrase("share.range", language, low=first, high=last)


def number(value: float) -> str:
    """Return `value` without needless decimals.

    Examples
    --------
    >>> number(15.0), number(4.8), number(float("nan"))
    ('15', '4.8', '–')
    """
    return "–" if math.isnan(value) else f"{value:.10g}"


def up_to_tenth(value: float) -> float:
    """Return `value` rounded up to a tenth, so that a printed time never contradicts its verdict.

    Examples
    --------
    >>> up_to_tenth(15.0), up_to_tenth(15.001)
    (15.0, 15.1)
    """
    return math.ceil(value * 10.0 - 1e-6) / 10.0


def basis(view: AuditView, headline: Headline | None = None) -> str:
    """Return what every percentage is printed with: reading, speed, origin kind and denominator."""
    shown = headline or view.audit.headline
    return phrase(
        "basis",
        view.language,
        reading=phrase(f"reading.{shown.rule}", view.language),
        speed=walking_speed(shown.speed_kmh, view.language),
        origin=origin_name(view),
        weight=weight_name(view),
    )


def weight_source(view: AuditView) -> str:
    """Return the denominator and where it comes from: ``residential floor area (OpenStreetMap: ...)``."""
    said = view.audit.denominator_sources.get(view.audit.weight)
    return weight_name(view) + (f" ({said.text(view.language)})" if said else "")


def origin_name(view: AuditView) -> str:
    """Return from what people walk; large estates that were cut make it two kinds."""
    kinds = view.audit.origin_kind.split("|")
    return phrase("list", view.language).join(phrase(f"origin.{kind}", view.language) for kind in kinds)


def weight_name(view: AuditView) -> str:
    """Return the name of the study's weight."""
    return phrase(f"weight.{view.audit.weight}", view.language)


def circle_name(view: AuditView, circle: str) -> str:
    """Return the printed name of a circle."""
    return str(circle_row(view, circle)["name_zh" if view.language == "zh" else "name_en"])


def circle_row(view: AuditView, circle: str) -> dict[str, Any]:
    """Return the row of a circle by column name."""
    row = view.audit.circles.iloc[view.audit.circles.index.get_loc(circle)]
    return {str(name): value for name, value in row.items()}


def type_name(view: AuditView, kind: str) -> str:
    """Return the printed name of a facility type; its id where the catalogue does not know it."""
    known = view.catalogue.types.get(kind)
    return known.name(view.language) if known else kind


def missing_text(view: AuditView, gap: Any, *, named: Callable[[AuditView, str], str]) -> str:  # noqa: ANN401 - a row
    """Return what the residences of a gap (a row of ``audit.gaps``) lack, its types `named` in full or shortly.

    Where a circle asks for several types at once, its gaps lack some of them, each residence its own.
    """
    types = phrase("list", view.language).join(named(view, kind) for kind in str(gap.missing).split("|") if kind)
    several = any(item.get("pools") for item in circle_row(view, gap.circle)["threshold"])
    return phrase("gaps.some_of", view.language, types=types) if several else types


def type_label(view: AuditView, kind: str) -> str:
    """Return the first of the names that make up a type's name, for lists with little room."""
    return type_name(view, kind).split("、")[0].split(",")[0].split("/")[0].split(" or ")[0].strip()


def attribute_name(by: str, language: str) -> str:
    """Return the name of an attribute that groups are told for; a study's own attributes keep theirs."""
    return phrase(f"equity.{by}", language) if by in (AGE_GROUP, COMMUNITY) else by


def walking_speed(speed_kmh: float, language: str) -> str:
    """Return a walking speed with its unit."""
    return phrase("speed", language, speed=number(speed_kmh))


def headline_text(view: AuditView, headline: Headline) -> str:
    """Return the joint verdict as one sentence."""
    counted, total = len(headline.circles_counted), headline.circles_total
    if not counted or headline.all_circles_share is None:
        return phrase("headline.none", view.language, total=total)
    share = share_range(headline.all_circles_share, headline.all_circles_share_upper, language=view.language)
    return phrase("headline", view.language, counted=counted, total=total, share=share, weight=weight_name(view))


def threshold_text(row: Mapping[str, Any], language: str) -> str:
    """Return the thresholds of a circle (a row of ``audit.circles``), shortest form: "5 / 10 min" or "500 m"."""
    texts = [_item_text(item, language) for item in row["threshold"] if not item.get("optional")]
    if len(texts) > 1 and len(set(texts)) == 1:
        return phrase("threshold.each", language, count=len(texts), value=texts[0])
    return " + ".join(texts) if texts else phrase("threshold.layer", language)


def _item_text(item: Mapping[str, Any], language: str) -> str:
    if item.get("within"):
        return phrase("threshold.within", language)
    metres, minutes = item.get("max_m"), item.get("min")
    if metres is None and minutes is None:
        return phrase("threshold.not_judged", language)
    limit = number(float(minutes or metres or 0.0))
    value = phrase(f"threshold.{'min' if metres is None else 'm'}", language, value=limit)
    if item.get("straight_line"):
        value = phrase("threshold.straight_line", language, value=value)
    if item.get("mean_of"):
        value = phrase("threshold.mean_of", language, count=item["mean_of"], value=value)
    if item.get("pools"):
        count, total = item["at_least"], len(item["pools"])
        key = "threshold.all_of" if count == total else "threshold.at_least"
        value = phrase(key, language, count=count, total=total, value=value)
    return value


def cause_text(cause: str, language: str) -> str:
    """Return why a residence or gap is not covered, in words; "" where no cause is given."""
    return phrase(f"gap_cause.{cause}", language) if cause else ""


def reason_text(row: Mapping[str, Any], language: str) -> str:
    """Return why a circle is not assessable, in words."""
    reason = str(row["reason"] or "")
    if not reason:
        return phrase("not_assessable", language)
    return phrase("not_assessable.because", language, reason=phrase_or(f"cause.{reason}", language, fallback=reason))
