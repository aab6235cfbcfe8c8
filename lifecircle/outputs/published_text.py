"""Published counts beside mapped ones, as lines of text."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from lifecircle.model.audit import AuditView
from lifecircle.outputs.aligned import aligned
from lifecircle.outputs.phrases import number, percent, phrase


def published_lines(view: AuditView) -> list[str]:
    """Return the table of published and mapped counts with its title; nothing where the study tells none."""
    language = view.language
    heads = ("name", "value", "counts", "mapped", "ratio", "about")
    rows: list[tuple[str, ...]] = [tuple(phrase(f"published.{head}", language) for head in heads)]
    for row in view.audit.published.to_dict("records"):
        about = (row[f"of_{language}"], row[f"area_{language}"], row["as_of"], row[f"source_{language}"])
        rows.append(
            (
                row[f"name_{language}"],
                f"{number(row['value'])}{_unit(row, language)}",
                _counts(row, language),
                "–" if pd.isna(row["mapped"]) else f"{row['mapped']:,}",
                percent(row["ratio"]),
                phrase("comma", language).join(part for part in about if part),
            )
        )
    return [phrase("published.title", language), *aligned(rows, right=(1, 3, 4))] if len(rows) > 1 else []


def _unit(row: Mapping[Hashable, Any], language: str) -> str:
    unit = row[f"unit_{language}"]
    return f" {unit}" if unit else ""


def _counts(row: Mapping[Hashable, Any], language: str) -> str:
    """Return what kind of count it is; a count of what was done with what was planned beside it."""
    name = phrase(f"published.{row['counts']}", language)
    if pd.isna(row["planned"]):
        return name
    return phrase("published.pair", language, counts=name, planned=number(row["planned"]))
