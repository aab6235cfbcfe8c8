"""The preflight: what a study's files hold, and what an audit of them could not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lifecircle.coverage.completeness import Inventory, thinness
from lifecircle.coverage.notes import WHY
from lifecircle.model.network import Permission
from lifecircle.outputs.aligned import aligned
from lifecircle.outputs.phrases import number, phrase, phrase_or
from lifecircle.pipeline.audit import study_note
from lifecircle.pipeline.case import coverage_case
from lifecircle.pipeline.legs import leg_notes

if TYPE_CHECKING:
    from lifecircle.coverage.case import CoverageCase
    from lifecircle.model.standard import Circle
    from lifecircle.pipeline.place import Place
    from lifecircle.pipeline.question import Question

PERMISSIONS_ZH = {Permission.PUBLIC: "公共", Permission.PRIVATE: "内部", Permission.CLOSED: "禁止步行"}


def check(place: Place) -> str:
    """Report what was found for an audit of `place`, and which circles will be unknown and why.

    Parameters
    ----------
    place : Place
        From `load_place`, which raises where an audit could not run.

    Returns
    -------
    str
        In the study's language.
    """
    zh = place.question.language == "zh"
    case = coverage_case(place, {})
    lines = [*_found(place, zh=zh), "", "各功能圈" if zh else "Circles"]
    lines += _circles(case, place, language=place.question.language)
    notes = (*study_note(place), *place.notes, *leg_notes(place))
    if notes:
        lines += ["", "说明" if zh else "Notes"]
        lines += [f"  {'!' if note.warning else '-'} {note.text(place.question.language)}" for note in notes]
    lines += ["", "检查通过：可以运行评估。" if zh else "Ready: an audit of this study would run."]
    return "\n".join(lines)


def walker(question: Question) -> str:
    """Return who walks, and how fast, in the study's language."""
    profile, language = question.profile, question.language
    name = phrase_or(f"profile.{profile.id}", language, fallback=profile.id)
    return name + phrase("comma", language) + phrase("speed", language, speed=number(profile.speed_kmh))


def _found(place: Place, *, zh: bool) -> list[str]:
    network, question = place.network, place.question
    language = "zh" if zh else "en"
    kilometres = network.length_mm.sum() / 1e6
    shares = [
        f"{PERMISSIONS_ZH[permission] if zh else permission.name.lower()} "
        f"{network.length_mm[network.permission == permission].sum() / 1e6:.0f} km"
        for permission in Permission
    ]
    kinds = phrase("list", language).join(
        phrase(f"origin.{kind}", language) for kind in sorted(set(place.residences["kind"]))
    )
    weight = phrase(f"weight.{place.residence_set.weight}", language)
    islands = network.length_mm[network.island].sum() / 1e6
    rows = [
        ("研究" if zh else "study", f"{place.area.name(language)} ({place.area.area_km2:.1f} km2)"),
        (
            "标准" if zh else "standard",
            f"{question.standard.title(language)} [{phrase(f'reading.{question.rule}', language)}]",
        ),
        ("步行者" if zh else "walker", walker(question)),
    ]
    rows += [
        (file.role, f"{file.name} {file.timestamp} sha256 {file.sha256[:12]}".replace("  ", " "))
        for file in place.inputs.files
    ]
    rows += [
        ("坐标系" if zh else "local CRS", place.area.crs.srs),
        (
            "路网" if zh else "network",
            f"{network.edges} {'条边' if zh else 'edges'}, {kilometres:.0f} km ({', '.join(shares)})",
        ),
        ("孤岛" if zh else "islands", f"{islands:.1f} km"),
        (
            "居住点" if zh else "residences",
            f"{len(place.residences)} ({kinds}){'，分母 ' if zh else ', weight '}{weight}",
        ),
        ("设施" if zh else "facilities", f"{place.facilities['object_id'].nunique()}"),
    ]
    return labelled(rows)


def labelled(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Return labels and texts as lines, the texts below each other in a fixed-width font."""
    return [line.strip() for line in aligned(rows)]


def _circles(case: CoverageCase, place: Place, *, language: str) -> list[str]:
    inventory = Inventory.of(case)
    lines = []
    zh = language == "zh"
    for circle in case.standard.circles:
        lines.append(f"  {circle.name(language)}")
        if circle.user_layer:
            lines.append(f"    {_layer_text(circle, place, language=language)}")
            continue
        found = circle.rule_for(case.rule)
        if found is None:
            continue
        rule = found[1]
        for item in rule.required:
            count = inventory.count(item.types, lenient=rule.lenient)
            kinds = " / ".join(case.catalogue.types[kind].name(language) for kind in item.types)
            thin = thinness(item.types, case, circle=circle, inventory=inventory, lenient=rule.lenient)
            doubt = "" if thin is None else f"  ! {WHY[thin.kind][int(zh)]}"
            if thin is not None and thin.detail:
                doubt += f": {thin.detail.text(language)}"
            lines.append(f"    {count:>5}  {kinds}{doubt}")
    return lines


def _layer_text(circle: Circle, place: Place, *, language: str) -> str:
    layer = place.inputs.user_layers.get(circle.user_layer or "")
    if layer is not None:
        states = ", ".join(f"{state} {count}" for state, count in layer["state"].value_counts().sort_index().items())
        return f"{len(layer)}: {states}"
    if language == "zh":
        return f"! 未提供图层：在 facilities 中给出 {{file, type: {circle.user_layer}, state_column}}"
    return f"! no layer given: name one in facilities: {{file, type: {circle.user_layer}, state_column}}"
