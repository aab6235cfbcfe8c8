"""The summary that the command line prints."""

from lifecircle.model.audit import AuditView, Headline
from lifecircle.model.standard import READINGS
from lifecircle.outputs.aligned import aligned, width
from lifecircle.outputs.phrases import (
    basis,
    cause_text,
    circle_name,
    circle_row,
    headline_text,
    missing_text,
    number,
    origin_name,
    percent,
    phrase,
    phrase_or,
    reason_text,
    share_range,
    threshold_text,
    type_label,
    weight_name,
    weight_source,
)
from lifecircle.outputs.published_text import published_lines
from lifecircle.outputs.uncertainty import interval_lines, uncertainty_block, uncertainty_words

GAPS_SHOWN = 8


def summary_text(view: AuditView) -> str:
    """Return the plain-text summary of an audit in the view's language.

    Every percentage stands with its reading, speed, origin kind, denominator and circles counted. Columns are
    aligned for a fixed-width font in which Chinese characters are two cells wide.

    Returns
    -------
    str
        Ends with a line break.
    """
    blocks = [
        _head(view),
        _headlines(view),
        _sections(view),
        _circle_table(view),
        _uncertainty(view),
        published_lines(view),
        _gaps(view),
        _causes(view),
        _notes(view),
        _sources(view),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(view: AuditView) -> list[str]:
    audit, language = view.audit, view.language
    title = f"{view.area.name(language)}{phrase('colon', language)}{phrase('title', language)}"
    walker = phrase("speed", language, speed=number(audit.profile.speed_kmh))
    profile = phrase_or(f"profile.{audit.profile.id}", language, fallback=audit.profile.id)
    rows = [
        (phrase("label.standard", language), audit.standard.title(language)),
        (phrase("label.reading", language), phrase(f"reading.{audit.rule}", language)),
        (phrase("label.speed", language), f"{walker} ({profile})"),
        (phrase("label.origin", language), origin_name(view)),
        (phrase("label.weight", language), weight_source(view)),
        (phrase("label.residences", language), f"{len(view.residences):,}"),
        (phrase("label.date", language), view.area.date),
    ]
    return [title, "=" * width(title), *aligned([row for row in rows if row[1]])]


def _headlines(view: AuditView) -> list[str]:
    audit, language = view.audit, view.language
    lines = [*_verdict(view, audit.headline)]
    lines[1:1] = interval_lines(view)
    lines += [(phrase("headline.planner", language) + phrase("colon", language)).rstrip()]
    lines += [f"  {line}" for line in _verdict(view, audit.planner_speed)]
    written = {reading for circle in audit.standard.circles for reading in circle.readings}
    others = [name for name in READINGS if name != audit.rule and name in audit.reading_headlines and name in written]
    if audit.without_corrections is not None:
        lines.append((phrase("headline.without_corrections", language) + phrase("colon", language)).rstrip())
        lines += [f"  {line}" for line in _verdict(view, audit.without_corrections)]
    if others:
        lines.append((phrase("headline.readings", language) + phrase("colon", language)).rstrip())
        for reading in others:
            lines += [f"  {line}" for line in _verdict(view, audit.reading_headlines[reading])]
    verified, total = audit.standard.verified_thresholds()
    lines.append(phrase("thresholds.verified", language, verified=verified, total=total))
    if audit.standard.draft:
        lines.append(phrase("thresholds.draft", language))
    return lines


def _verdict(view: AuditView, headline: Headline) -> list[str]:
    """Return the joint share, what it rests on and the circles counted."""
    language, counted = view.language, headline.circles_counted
    lines = [headline_text(view, headline), "  " + phrase("headline.basis", language, basis=basis(view, headline))]
    if counted:
        names = phrase("list", language).join(circle_name(view, circle) for circle in counted)
        if headline is not view.audit.headline and counted == view.audit.headline.circles_counted:
            names = phrase("headline.same", language)
        lines.append("  " + phrase("headline.counted", language, names=names))
    if headline.mean_circles_covered is not None:
        mean = f"{headline.mean_circles_covered:.2f}"
        lines.append("  " + phrase("headline.mean", language, mean=mean, counted=len(counted)))
    return lines


def _sections(view: AuditView) -> list[str]:
    """Return the joint verdict and the score of every section of the standard."""
    sections, language = view.audit.sections, view.language
    if sections.empty:
        return []
    heads = ("section", "all", "score", "counted")
    rows: list[tuple[str, ...]] = [tuple(phrase(f"sections.{head}", language) for head in heads)]
    for section in sections.to_dict("records"):
        shares = [
            share_range(section[name], section[f"{name}_upper"], language=language)
            if section[name] == section[name]
            else "–"
            for name in ("all_circles_share", "score")
        ]
        counted = f"{len(section['circles_counted'])} / {section['circles_total']}"
        rows.append((section["name_zh" if language == "zh" else "name_en"], *shares, counted))
    return [phrase("sections.title", language, basis=basis(view)), *aligned(rows, right=(1, 2, 3))]


def _circle_table(view: AuditView) -> list[str]:
    circles, language = view.audit.circles, view.language
    heads = ("circle", "rule", "speed", "facilities", "share", "not_covered", "unknown")
    rows: list[tuple[str, ...]] = [tuple(phrase(f"table.{head}", language) for head in heads)]
    for circle in circles.index:
        row = circle_row(view, circle)
        start = (
            circle_name(view, circle),
            threshold_text(row, language),
            number(row["speed_kmh"]),
            f"{int(row['facilities']):,}",
        )
        if not row["assessable"]:
            rows.append((*start, reason_text(row, language)))
            continue
        column = f"share_{view.audit.weight}"
        share = share_range(row[column], row[f"{column}_upper"], language=language)
        rows.append((*start, share, percent(row["not_covered_share"]), percent(row["unknown_share"])))
    return [phrase("table.basis", language, basis=basis(view)), *aligned(rows, right=(2, 3, 4, 5, 6))]


def _uncertainty(view: AuditView) -> list[str]:
    """Return every circle's interval and what was drawn; nothing where none was asked for."""
    words = uncertainty_words(view)
    return [words[0], *aligned(uncertainty_block(view), right=(1, 2)), *words[1:]] if words else []


def _gaps(view: AuditView) -> list[str]:
    gaps, language = view.audit.gaps, view.language
    if gaps.empty:
        known = view.audit.circles["assessable"].any()
        return [phrase("gaps.none" if known else "gaps.not_assessable", language)]
    own = gaps[gaps["circle"].isin(view.audit.headline.circles_counted)]
    gaps = gaps if own.empty else own
    largest = gaps.sort_values(["weight", "circle", "gap"], ascending=[False, True, True], kind="stable")
    rows = [
        (
            f"{circle_name(view, gap.circle)} {gap.gap}",
            gap.place or phrase("gaps.unnamed", language),
            phrase("gaps.homes", language, count=gap.homes),
            percent(gap.weight_share),
            missing_text(view, gap, named=type_label),
        )
        for gap in largest.head(GAPS_SHOWN).itertuples()
    ]
    title = phrase("gaps.top", language, shown=len(rows), total=len(gaps), weight=weight_name(view))
    return [title, *aligned(rows, right=(2, 3))]


def _causes(view: AuditView) -> list[str]:
    """Return one line a circle: the causes of what it does not cover, the heaviest first."""
    causes, language = view.audit.causes, view.language
    rows = []
    for circle, own in causes[causes["residences"] > 0].groupby("circle", sort=False):
        heaviest = own.sort_values("share", ascending=False, kind="stable")
        parts = [
            phrase("causes.part", language, cause=cause_text(str(cause), language), share=percent(float(share)))
            for cause, share in zip(heaviest["cause"], heaviest["share"], strict=True)
        ]
        rows.append((circle_name(view, str(circle)), phrase("semicolon", language).join(parts)))
    return [phrase("causes.title", language, weight=weight_name(view)), *aligned(rows)] if rows else []


def _notes(view: AuditView) -> list[str]:
    language = view.language
    lines = [
        f"  {phrase('notes.warning', language) if note.warning else '- '}{note.text(language)}"
        for note in view.audit.notes
    ]
    return [phrase("notes", language), *lines] if lines else []


def _sources(view: AuditView) -> list[str]:
    standing = phrase("attribution", view.language)
    others = [file.attribution for file in view.provenance.inputs if file.attribution]
    unique = dict.fromkeys([standing, *(text for text in others if "OpenStreetMap" not in text)])
    return list(unique)
