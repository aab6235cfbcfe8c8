"""Write docs/standards/README.md and one page per packaged standard from their YAML.

Usage: python tools/standards_page.py
"""

from pathlib import Path

from lifecircle.cli.standards import standard_text
from lifecircle.config.standards import list_standards, load_standard, study_catalogue

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "standards"


def pages() -> dict[str, str]:
    """Return the text of every page by file name."""
    lines = []
    found = {}
    for name in list_standards():
        catalogue = study_catalogue(name, base=Path())
        standard = load_standard(name, base=Path(), catalogue=catalogue)
        verified, total = standard.verified_thresholds()
        status = "draft" if standard.draft else ""
        row = (f"[{name}]({name}.md)", standard.title_en, standard.title_zh, len(standard.circles))
        lines.append("| " + " | ".join(str(cell) for cell in (*row, f"{verified} of {total}", status)) + " |")
        texts = [standard_text(standard, catalogue, lang=lang) for lang in ("en", "zh")]
        found[f"{name}.md"] = "\n".join(
            [f"# {standard.title_en}", "", f"Written by `tools/standards_page.py` from `{name}.yml`.", ""]
            + [line for text in texts for line in ("```text", text, "```", "")]
        )
    head = (FOLDER / "head.md").read_text(encoding="utf-8")
    table = "| standard | title | 名称 | circles | thresholds read in their source | |\n|---|---|---|---|---|---|\n"
    found["README.md"] = head + "\n" + table + "\n".join(lines) + "\n"
    return found


def main() -> None:
    """Write all pages."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
