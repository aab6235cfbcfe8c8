"""The field checklist: an Excel list of gaps, unknown circles and doubtful facilities, with blanks to fill in."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from lifecircle.errors import SourceError
from lifecircle.model.area import WGS84
from lifecircle.model.audit import AuditView
from lifecircle.model.field_check import ACTIONS, BLANK, COLUMNS, Doubt
from lifecircle.outputs.phrases import (
    basis,
    circle_name,
    circle_row,
    headline_text,
    percent,
    phrase,
    phrase_or,
    reason_text,
    type_label,
    type_name,
    up_to_tenth,
    weight_name,
)
from lifecircle.outputs.tables import gap_table

WIDTHS = {
    "number": 6,
    "item": 14,
    "map_number": 18,
    "circle": 16,
    "type": 24,
    "name": 24,
    "place": 18,
    "why": 46,
    "lon": 11,
    "lat": 11,
    "facility_id": 26,
    "result": 12,
    "new_type": 24,
    "new_name": 18,
    "new_lon": 12,
    "new_lat": 12,
    "date": 12,
    "checker": 12,
    "remark": 24,
}
# Empty rows below the list in which answers are offered too, for facilities that are missing.
SPARE_ROWS = 200
HOW = 6

Row = dict[str, Any]


def checklist_rows(view: AuditView, doubts: Sequence[Doubt]) -> list[Row]:
    """Return the rows of the list: gaps, heaviest first, then unknown circles, then facilities by type.

    Parameters
    ----------
    view : AuditView
    doubts : sequence of Doubt
        Facilities to look at.

    Returns
    -------
    list of dict
        Keys of ``field_check.COLUMNS`` that are not BLANK; coordinates in WGS-84.
    """
    rows = [*_gaps(view), *_unknown(view), *_facilities(view, doubts)]
    return [{"number": number, **row} for number, row in enumerate(rows, start=1)]


def write_checklist(view: AuditView, path: Path, *, doubts: Sequence[Doubt]) -> Path:
    """Write the list as an Excel workbook; the previous file stays until the new one is whole.

    Raises
    ------
    SourceError
        If the file cannot be written, for example because it is open in Excel.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".lifecircle-") as folder:
            staged = Path(folder) / path.name
            _write(view, staged, rows=checklist_rows(view, doubts))
            staged.replace(path)
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be written ({error.strerror or error}); it may be open in another program: close it, or "
            "choose another file with --out"
        ) from error
    return path


def _gaps(view: AuditView) -> list[Row]:
    gaps, language = gap_table(view), view.language
    heaviest = gaps.sort_values(["weight", "circle", "gap"], ascending=[False, True, True], kind="stable")
    rows = []
    for gap in heaviest.to_dict("records"):
        why = phrase(
            "check.why.gap",
            language,
            homes=gap["homes"],
            share=percent(gap["weight_share"]),
            weight=weight_name(view),
        )
        if gap["nearest_facility_id"]:
            name = gap["nearest_name"] or phrase("check.why.nearest_unnamed", language)
            why = phrase("check.why.nearest", language, why=why, name=name, away=_away(gap, language))
        rows.append(
            {
                "item": phrase("check.item.gap", language),
                "map_number": f"{circle_name(view, gap['circle'])} {gap['gap']}",
                "circle": circle_name(view, gap["circle"]),
                "type": _types(view, str(gap["missing"]).split("|")),
                "place": " ".join(text for text in (gap["place"], gap["community"]) if text),
                "why": why,
                "lon": gap["lon"],
                "lat": gap["lat"],
            }
        )
    return rows


def _away(gap: Row, language: str) -> str:
    if not math.isnan(gap["minutes"]):
        return phrase("map.minutes", language, value=f"{up_to_tenth(gap['minutes']):g}")
    return phrase("map.metres", language, value=f"{math.ceil(gap['metres']):g}")


def _types(view: AuditView, kinds: Sequence[str]) -> str:
    return phrase("list", view.language).join(type_label(view, kind) for kind in kinds if kind)


def _unknown(view: AuditView) -> list[Row]:
    """Return one row per circle and reason for which residences are unknown, or the circle is not assessable."""
    language, residences = view.language, view.audit.residences
    total = float(residences["weight"].sum())
    rows = []
    for circle in view.audit.circles.index:
        row = circle_row(view, circle)
        kinds = sorted({kind for item in row["threshold"] if not item.get("optional") for kind in item["types"]})
        start = {
            "item": phrase("check.item.unknown", language),
            "circle": circle_name(view, circle),
            "type": _types(view, kinds),
        }
        if not row["assessable"]:
            rows.append({**start, "why": reason_text(row, language)})
            continue
        unknown = residences[residences[f"{circle}_status"] == "unknown"]
        for reason, members in sorted(unknown.groupby(f"{circle}_reason")):
            share = float(members["weight"].sum()) / total if total > 0 else math.nan
            said = phrase_or(f"cause.{reason}", language, fallback=str(reason))
            values = {"homes": len(members), "share": percent(share), "weight": weight_name(view), "reason": said}
            rows.append({**start, "why": phrase("check.why.unknown", language, **values)})
    return rows


def _facilities(view: AuditView, doubts: Sequence[Doubt]) -> list[Row]:
    table = view.facilities.loc[[doubt.facility_id for doubt in doubts]]
    places = gpd.GeoSeries(shapely.point_on_surface(table.geometry.to_numpy()), crs=table.crs).to_crs(WGS84)
    rows = []
    for doubt, one, point in zip(doubts, table.to_dict("records"), places, strict=True):
        parts = 1 + len([part for part in one["merged"].split(";") if part])
        reasons = [phrase(f"check.doubt.{reason}", view.language, count=parts) for reason in doubt.reasons]
        rows.append(
            {
                "item": phrase("check.item.facility", view.language),
                "map_number": one["object_id"],
                "circle": "",
                "type": type_name(view, one["type"]),
                "name": one["name"],
                "why": phrase("list", view.language).join(reasons),
                "lon": point.x,
                "lat": point.y,
                "facility_id": doubt.facility_id,
            }
        )
    order = {kind: rank for rank, kind in enumerate(view.catalogue.types)}
    ranked = sorted(zip(doubts, rows, strict=True), key=lambda pair: _rank(pair[0].facility_id, order))
    return [row for _, row in ranked]


def _rank(facility_id: str, order: dict[str, int]) -> tuple[int, str]:
    return order.get(facility_id.rpartition(":")[2], len(order)), facility_id


def _write(view: AuditView, path: Path, *, rows: Sequence[Row]) -> None:
    import xlsxwriter

    language = view.language
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        # A fixed date: the same audit gives the same file.
        book.set_properties({"title": phrase("check.title", language), "created": datetime(2000, 1, 1, tzinfo=UTC)})
        how = book.add_worksheet(phrase("check.sheet_how", language))
        sheet = book.add_worksheet(phrase("check.sheet", language))
        types = book.add_worksheet(phrase("check.sheet_types", language))
        _write_how(view, how, book)
        count = _write_types(view, types, book)
        _write_rows(sheet, rows, book=book, language=language)
        _write_choices(sheet, rows=len(rows), types=(types.get_name(), count), language=language)


def _write_how(view: AuditView, sheet: Any, book: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    language, audit = view.language, view.audit
    words = {action: known[language][0] for action, known in ACTIONS.items()}
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 110, wrapped)
    sheet.write_string(0, 0, phrase("check.title", language), book.add_format({"bold": True, "font_size": 14}))
    text = phrase(
        "check.basis",
        language,
        study=view.area.name(language),
        headline=headline_text(view, audit.headline),
        basis=basis(view),
    )
    sheet.write_string(1, 0, text, wrapped)
    for number in range(1, HOW + 1):
        sheet.write_string(number + 2, 0, f"{number}. {phrase(f'check.how.{number}', language, **words)}", wrapped)
    sheet.write_string(HOW + 4, 0, phrase("attribution", language), wrapped)


def _write_types(view: AuditView, sheet: Any, book: Any) -> int:  # noqa: ANN401 - as above
    """Write the types that may be chosen, and return how many there are."""
    kinds = [kind for kind, known in view.catalogue.types.items() if not known.user_layer]
    sheet.set_column(0, 0, 60)
    sheet.write_string(0, 0, COLUMNS["new_type"][view.language][0], book.add_format({"bold": True}))
    for row, kind in enumerate(kinds, start=1):
        sheet.write_string(row, 0, f"{kind} {type_name(view, kind)}")
    return len(kinds)


def _write_rows(sheet: Any, rows: Sequence[Row], *, book: Any, language: str) -> None:  # noqa: ANN401 - as above
    head = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
    plain = {"text_wrap": True, "valign": "top", "border": 1}
    formats = {
        "head": book.add_format({**head, "bg_color": "#d9e6f2"}),
        "head_blank": book.add_format({**head, "bg_color": "#ffd966"}),
        "text": book.add_format(plain),
        "degrees": book.add_format({**plain, "num_format": "0.000000"}),
        "blank": book.add_format({**plain, "bg_color": "#fff7d6", "num_format": "@"}),
        "blank_degrees": book.add_format({**plain, "bg_color": "#fff7d6", "num_format": "0.000000"}),
    }
    for at, (column, words) in enumerate(COLUMNS.items()):
        blank = column in BLANK
        sheet.set_column(at, at, WIDTHS[column])
        sheet.write_string(0, at, words[language][0], formats["head_blank" if blank else "head"])
        degrees = column.endswith(("lon", "lat"))
        styles = ("blank", "blank_degrees") if blank else ("text", "degrees")
        style = formats[styles[degrees]]
        for number, row in enumerate(rows, start=1):
            value = row.get(column)
            if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
                sheet.write_blank(number, at, None, style)
            elif isinstance(value, str):
                sheet.write_string(number, at, value, style)
            else:
                sheet.write_number(number, at, value, style)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)


def _write_choices(sheet: Any, *, rows: int, types: tuple[str, int], language: str) -> None:  # noqa: ANN401 - as above
    """Offer the allowed answers, also in some rows below the list."""
    at = {column: number for number, column in enumerate(COLUMNS)}
    last = rows + SPARE_ROWS
    answers = [words[language][0] for words in ACTIONS.values()]
    kinds = f"='{types[0]}'!$A$2:$A${types[1] + 1}"
    rules = {
        "result": {"validate": "list", "source": answers},
        "new_type": {"validate": "list", "source": kinds},
        "date": {"validate": "length", "criteria": "<=", "value": 40},
    }
    for column, rule in rules.items():
        sheet.data_validation(1, at[column], last, at[column], rule)
