"""A script as a PDF: how many pages it has, and what cannot be one."""

from __future__ import annotations

import re
import zlib

import pytest

from generation.page import TooLongError, UnprintableError, screenplay

SCENE = (
    "INT. KITCHEN - NIGHT\n\nA kettle.\n\nMARA\n(quietly)\nIt never boils.\n\nINES\nYou never look away.\n"
)


def pages(pdf: bytes) -> int:
    """How many pages the document says that it has, wherever the object lies."""
    streams = [_inflated(found) for found in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)]
    counts = re.findall(
        rb"/Type\s*/Pages\b.*?/Count\s+(\d+)|/Count\s+(\d+).*?/Type\s*/Pages\b",
        b"\n".join([pdf, *streams]),
        re.DOTALL,
    )
    return max(int(a or b) for a, b in counts)


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""


def test_a_scene_is_one_page_of_pdf_and_the_same_bytes_each_time() -> None:
    pdf = screenplay(SCENE)
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == 1
    assert pdf == screenplay(SCENE)
    assert len(pdf) < 100_000


def test_a_page_holds_about_fifty_lines() -> None:
    assert pages(screenplay("\n\n".join(["One line."] * 27))) == 1
    assert pages(screenplay("\n\n".join(["One line."] * 28))) == 2


def test_a_page_break_begins_a_page() -> None:
    assert pages(screenplay(f"{SCENE}\n===\n\n{SCENE}")) == 2
    assert pages(screenplay(f"{SCENE}\n===\n")) == 1


@pytest.mark.parametrize(
    "text",
    ["just some prose: no script", '#read("/etc/hostname") $x$ @a <b> `c` \\', "小明走进来。\n\n@小明\n你好。", "a" * 5000, "Привет", "*" * 3000],
)  # fmt: skip
def test_any_text_that_can_be_printed_is(text: str) -> None:
    assert screenplay(text).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("", UnprintableError, "There is nothing"),
        ("# a section alone", UnprintableError, "There is nothing"),
        ("Title: nothing else", UnprintableError, "There is nothing"),
        ("a 🦊 enters", UnprintableError, "No font here has"),
        ("x" * 40_000, TooLongError, "30000 characters at most"),
    ],
)
def test_what_cannot_be_printed_is_said_in_one_sentence(text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        screenplay(text)


def test_a_script_of_three_thousand_lines_is_many_pages() -> None:
    assert pages(screenplay("\n\n".join(["A line of action."] * 3000)[:30_000])) > 25
