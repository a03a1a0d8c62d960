"""The grammar of a scene: what it lets through is read by fountain-parser as the very lines that were written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from fountain_parser.ast import Action, Character, Dialogue, SceneHeading
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.forms import FORMS
from generation.forms.fountain import Scene, monologue_for, scene_for, screenplay
from generation.forms.structure import Option, kind_of
from generation.wire.jobs import Brief

READ_AS = {"heading": SceneHeading, "action": Action, "cue": Character, "speech": Dialogue}
LINES = {
    "heading": ["INT. KITCHEN - NIGHT", "EXT. HARBOUR - DAY", "INT. CAR"],
    "action": ["An old boat on a trailer.", "She looks at it… and laughs.", "The rain stops!"],
    "cue": ["MARA", "OLD MAN", "ÉLODIE"],
    "speech": [
        f"I said {word}."
        for word in ("no", "yes", "maybe", "never", "always", "often", "seldom", "twice", "once", "later")
    ]
    + ["He said “no.”", "You (of all people) came?", "NO!", "Well… go on, then: say it."],
}
CAST = tuple(LINES["cue"])
CHINESE = {
    "heading": ["INT. 厨房 - 夜", "EXT. 码头"],
    "action": ["两姐妹看着一条旧船。"],
    "cue": ["@小明", "@老王"],
    "speech": [f"我说{word}。" for word in "不好对来去走坐看听想"],
}


def written(
    data: st.DataObject, scene: Scene, lines: dict[str, list[str]]
) -> tuple[str, list[tuple[str, str]]]:
    """A random walk through the grammar: the text and the lines with their kinds."""
    text, kinds = "", []
    while step := scene.step:
        if step.may_end and data.draw(st.booleans()):
            break
        choices = [
            line
            for kind in lines.values()
            for line in kind
            if any(option.accepts(line) for option in step.options)
        ]
        line = data.draw(st.sampled_from(choices))
        kinds.append((kind_of(step, line), line))
        text += ("\n\n" if step.gap == "yes" else "\n") * bool(text) + line
        scene = scene.after(line)
    return text, kinds


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(2, 5), st.integers(0, 4), st.booleans())
def test_a_scene_by_the_grammar_is_read_line_by_line(
    data: st.DataObject, least: int, more: int, chinese: bool
) -> None:
    lines = CHINESE if chinese else LINES
    text, kinds = written(data, Scene(tuple(lines["cue"]), least, least + more), lines)
    read = screenplay(text).elements
    assert [type(element) for element in read] == [READ_AS[kind] for kind, _ in kinds]
    cues = [line for kind, line in kinds if kind == "cue"]
    assert 2 <= len(set(cues)) <= len(lines["cue"])
    assert all(a != b for a, b in pairwise(cues))
    assert least <= len(cues) <= least + more
    speeches = [line for kind, line in kinds if kind == "speech"]
    assert len(set(speeches)) == len(speeches) == len(cues)


@given(st.data(), st.sampled_from([(kind, line) for kind, lines in LINES.items() for line in lines]))
def test_a_line_that_is_accepted_is_allowed_from_its_first_letter_on(
    data: st.DataObject, line: tuple[str, str]
) -> None:
    scene = Scene(CAST).after("INT. CAR").after("MARA") if line[0] == "speech" else Scene(CAST)
    step = (scene if line[0] in ("heading", "speech") else scene.after("INT. CAR")).step
    assert step is not None
    option = next(option for option in step.options if option.accepts(line[1]))
    assert all(option.allows(line[1][:end]) for end in range(len(line[1]) + 1))


def test_what_is_no_name_no_speech_and_no_action_may_not_come() -> None:
    step = Scene(CAST).after("INT. CAR").step
    assert step is not None
    for line in (
        "THE END",
        "Mara",
        "FADE OUT.",
        "CUT TO:",
        "INT. BAR",
        "(sadly)",
        "a b",
        "# Act",
        "12",
    ):
        assert not any(option.accepts(line) for option in step.options), line
    speech = Scene(CAST).after("INT. CAR").after("MARA").step
    assert speech is not None
    for line in ("MARA", "(beat)", "No stop", "INT. BAR.", "[[note]].", " Hello.", "Two\nlines."):
        assert not any(option.accepts(line) for option in speech.options), line


def test_nobody_else_speaks_in_what_is_done() -> None:
    step = Scene(CAST).after("INT. CAR").step
    assert step is not None
    (action,) = (option for option in step.options if option.kind == "action")
    for line in ("GOODFULNESS - Oh, yes.", "WAARTING TOGETHER with a door.", "ÉMILE: No."):
        assert not action.accepts(line), line
        assert not action.allows(line[:2]), line
    for line in (
        "A door opens and shuts.",
        "I was there once.",
        "Mara laughs at him.",
        "两姐妹看着一条旧船。",
    ):
        assert action.accepts(line), line


def test_an_option_of_whole_lines_takes_those_alone() -> None:
    option = Option("cue", whole=("MARA", "INES"))
    assert option.allows("MA")
    assert not option.allows("MO")
    assert option.accepts("INES")
    assert not option.accepts("INE")


def test_a_line_that_may_not_come_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Hello there\."):
        Scene(CAST).after("Hello there.")


def test_a_scene_that_goes_on_has_the_same_people_and_says_nothing_again() -> None:
    source = "INT. CAR - DAY\n\nANN\nAre we there?\n\nBOB\nNo.\n\nANN\nAnd now?"
    scene = scene_for(Brief("scene", "x", move="continue", source=source), 0, {"medium": (2, 4)})
    assert scene.cast == ("BOB", "ANN")
    assert scene.step is not None
    assert not scene.step.may_end
    assert {option.kind for option in scene.step.options} == {"cue", "action"}
    assert not any(option.accepts("ANN") for option in scene.step.options)
    speech = scene.after("BOB").step
    assert speech is not None
    assert not speech.options[0].accepts("Are we there?")
    assert speech.options[0].accepts("Not yet.")


def test_a_scene_that_goes_on_from_what_is_none_begins_with_action_or_a_name() -> None:
    scene = scene_for(Brief("scene", "x", move="continue", source="Once upon a time."), 0, {"medium": (2, 4)})
    assert scene.step is not None
    assert {option.kind for option in scene.step.options} == {"cue", "action"}


def test_a_monologue_is_one_persons_and_goes_on_as_the_same_persons() -> None:
    page = monologue_for(Brief("monologue", "x"), 0, {"medium": (5, 20)}).after("INT. BAR - DAY")
    assert page.step is not None
    ((name,),) = (option.whole for option in page.step.options)
    page = page.after(name).after("I am here.")
    assert page.step is not None
    assert [option.kind for option in page.step.options] == ["speech"]
    source = "INT. BAR - DAY\n\nDORA\nI am here."
    more = monologue_for(Brief("monologue", "x", move="continue", source=source), 0, {"medium": (5, 20)})
    assert more.step is not None
    assert more.step.options[0].whole == ("DORA",)
    speech = more.after("DORA").step
    assert speech is not None
    assert not speech.options[0].accepts("I am here.")


def test_what_a_model_was_shown_is_no_part_of_a_scene() -> None:
    structure = FORMS["scene"].structure
    assert structure is not None
    page = structure(Brief("scene", "x"), 0).after("INT. CAR")
    assert page.step is not None
    for line in ("MARA", "INES", "An old boat on a trailer. Two sisters look at it."):
        assert not any(option.accepts(line) for option in page.step.options), line
    (name, *_), *_ = (option.whole for option in page.step.options if option.kind == "cue")
    speech = page.after(name).step
    assert speech is not None
    for line in ("He said that about the oars.", "and then he left.", "WE ARE ALL IN HERE NOW."):
        assert not speech.options[0].accepts(line), line
    assert speech.options[0].accepts("GET OUT!")
