"""What there is to read: a page of Markdown for each form, the arms one after the other for the same brief."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.forms.scoring import Row

SHOWN = 12  # briefs on a page that is kept
HEADS = {"plain": "base alone", "search": "base and search", "starter": "starter and search"}


def page(name: str, rows: Mapping[str, Sequence[Row]], shown: int = SHOWN) -> str:
    """The first `shown` briefs of a form, unselected."""
    lines = [f"# {name.capitalize()}", "", "The first briefs of the list, none left out."]
    for number, found in enumerate(zip(*rows.values(), strict=True)):
        if number == shown:
            break
        first = found[0]
        must = f" (with: {', '.join(first['must'])})" if first["must"] else ""
        lines += ["", f"## {number + 1}. {first['typed']}{must}"]
        for arm, row in zip(rows, found, strict=True):
            marks = [mark for mark in (_kept(row), _honoured(row), f"{row['seconds']:.1f} s") if mark]
            lines += [
                "",
                f"**{HEADS[arm]}** · {', '.join(marks)}",
                "",
                "```text",
            ]
            lines += [(row["text"] or row["sentence"]).replace("```", "'''"), "```"]
    return "\n".join(lines) + "\n"


def _kept(row: Row) -> str:
    return "" if row["kept"] is None else "form kept" if row["kept"] else f"form not kept: {row['fault']}"


def _honoured(row: Row) -> str:
    return "" if row["honoured"] else "brief not honoured"


def write(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """Write each page as `folder`/NAME.md. Their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for name, text in pages.items():
        path = folder / f"{name.replace(' ', '_')}.md"
        path.write_text(text, encoding="utf-8")
        names.append(path.name)
    return names
