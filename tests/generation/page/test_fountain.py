"""A script's source as its printed elements: as Fountain says, and losing nothing."""

from __future__ import annotations

import fountain_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forms import forms_of
from generation.page.emphasis import runs
from generation.page.fountain import read

SCRIPT = """Title: Two sisters
    sell a boat
Credit: a scene

EXT. HARBOUR - MORNING #2#

An old boat.
Two sisters look at it.

MARA
He said he would bring cash.
All of it.

INES (V.O.)
(quietly)
He said that about the oars.

SMASH CUT TO:

.BACK AGAIN

# Act two

= They leave.

> THE END <

!BANG

@McAvoy ^
~la la

===

> FADE
"""


def told(text: str) -> list[tuple[str, str]]:
    return [(element.kind, element.text) for element in read(text).elements]


def test_every_element_of_fountain_is_what_it_says() -> None:
    assert read(SCRIPT).titles == {"title": "Two sisters\nsell a boat", "credit": "a scene"}
    assert told(SCRIPT) == [
        ("heading", "2  EXT. HARBOUR - MORNING"),
        ("action", "An old boat.\nTwo sisters look at it."),
        ("cue", "MARA"),
        ("dialogue", "He said he would bring cash."),
        ("dialogue", "All of it."),
        ("cue", "INES (V.O.)"),
        ("parenthetical", "(quietly)"),
        ("dialogue", "He said that about the oars."),
        ("transition", "SMASH CUT TO:"),
        ("heading", "BACK AGAIN"),
        ("centred", "THE END"),
        ("action", "BANG"),
        ("cue", "McAvoy"),
        ("lyric", "la la"),
        ("page break", ""),
        ("transition", "FADE"),
    ]


@pytest.mark.parametrize("example", [form.examples[0].text for form in forms_of("script") if form.examples])
def test_our_own_examples_are_read_as_another_library_reads_them(example: str) -> None:
    theirs = fountain_parser.parse(example)
    ours = read(example).elements
    assert [each.text for each in ours if each.kind == "cue"] == [
        element.name for element in theirs.elements if isinstance(element, fountain_parser.Character)
    ]
    assert [each.text for each in ours if each.kind == "dialogue"] == [
        element.text for element in theirs.elements if isinstance(element, fountain_parser.Dialogue)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "They wait: nothing comes.",
        "Mara: hello",
        "A word /* never closed",
        "a [[ note",
        "12:30",
        "> ",
        "#hashtag",
    ],
)
def test_what_is_not_fountain_is_action_and_is_printed(line: str) -> None:
    printed = "".join(text for _, text in told(f"{line}\n\nThe end."))
    if line in ("> ", "# a section"):
        assert printed == "The end."
    else:
        assert printed == f"{line}The end."


def test_notes_and_comments_are_not_printed() -> None:
    assert told("A [[of\ncourse]] boat/* cut\n\nall of this */ sinks.") == [("action", "A  boat sinks.")]


def test_a_name_before_a_colon_speaks() -> None:
    assert told("MARA (softly): (smiling) Hello.\nINES: Hello: you.") == [
        ("cue", "MARA (softly)"), ("parenthetical", "(smiling)"), ("dialogue", "Hello."),
        ("cue", "INES"), ("dialogue", "Hello: you."),
    ]  # fmt: skip


def test_a_cue_with_nothing_said_is_action() -> None:
    assert told("MARA\n\nShe leaves.") == [("action", "MARA"), ("action", "She leaves.")]
    assert told("She turns.\nMARA\nNo.") == [("action", "She turns."), ("cue", "MARA"), ("dialogue", "No.")]


@given(st.text(alphabet="aB:.()[]*/!@~>\n #=_-", max_size=80))
def test_every_letter_is_printed_where_nothing_is_a_comment_a_section_or_a_synopsis(text: str) -> None:
    script = read(text)
    printed = "".join(element.text for element in script.elements).upper()
    left_out = any(mark in text for mark in ("/*", "[[", "= ", "# "))
    if not left_out:
        assert printed.count("A") + printed.count("B") == text.upper().count("A") + text.upper().count("B")


def test_a_page_of_opening_marks_is_read_in_no_time() -> None:
    assert read("*/" + "/*" * 10_000 + "[[" * 10_000).elements
    assert runs("*a " * 10_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plain", [("plain", "")]),
        ("a *b* c", [("a ", ""), ("b", "i"), (" c", "")]),
        ("**b**_u_", [("b", "b"), ("u", "u")]),
        ("**b** _u_!", [("b", "b"), (" ", ""), ("u", "u"), ("!", "")]),
        ("***x***", [("x", "bi")]),
        ("_a *b* c_", [("a ", "u"), ("b", "iu"), (" c", "u")]),
        ("2 * 3 * 4", [("2 * 3 * 4", "")]),
        ("snake_case_name", [("snake_case_name", "")]),
        (r"\*not\* this", [("*not* this", "")]),
        ("**open", [("**open", "")]),
        ("", []),
    ],
)
def test_emphasis_is_a_style_and_a_mark_never_closed_is_a_letter(
    text: str, said: list[tuple[str, str]]
) -> None:
    assert runs(text) == said
