"""The second counter: what keeps a form in every reading, and what does not."""

from __future__ import annotations

import pytest

from bench.forms.cmu import line_counts, rhymes, syllables, words
from bench.forms.strict import STRICT

HAIKU = "frost on the railing\nthe first bus goes by empty\nwith its lights still on"
LIMERICK = (
    "A baker who lived by the bay\nmade bread that went stale in a day.\nThe gulls came to eat,\n"
    "and tapped with their feet,\nand carried the oven away."
)
QUATRAIN = (
    "The rain came down on all the town,\nIt asked for nothing in the night,\n"
    "And when the moon had put it down\nThe street was cold and clean and white."
)


def test_a_word_of_two_readings_has_both_counts() -> None:
    assert syllables("fire") == {1, 2}
    assert line_counts("every fire") == {3, 4, 5}
    assert syllables("snow") == {1}


def test_words_outside_the_dictionary_are_counted_by_their_parts() -> None:
    assert syllables("moonbicycle") == {4}
    assert syllables("harbour's") == {2}
    assert words("The snow—it’s café-bright") == ["the", "snow", "it's", "cafe", "bright"]


@pytest.mark.parametrize(
    ("a", "b", "rhyme"),
    [
        ("day", "away", True),
        ("sea", "see", False),  # they sound the same
        ("day", "day", False),
        ("wind", "pinned", False),  # wind has another reading
        ("orange", "range", False),
        ("zzyx", "day", False),
    ],
)
def test_a_rhyme_holds_in_every_reading(a: str, b: str, rhyme: bool) -> None:
    assert rhymes(a, b) is rhyme


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("haiku", HAIKU),
        ("limerick", LIMERICK),
        ("couplet", "The clock has stopped at half past three,\nAnd all the time belongs to me."),
        ("quatrain", QUATRAIN),
        ("acrostic", "Down the path he runs\nOver the wall and away\nGrinning when I call"),
        ("free verse", "one plate\none fork\na slice of moon"),
        ("scene", "INT. ROOM - DAY\n\nADA\nYou came.\n\nBO\nI did.\n\nADA\nSit down, then."),
        ("wujue", "白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。"),
        ("qijue", "月落乌啼霜满天\n江枫渔火对愁眠\n姑苏城外寒山寺\n夜半钟声到客船"),
    ],
)
def test_what_keeps_its_form_has_no_fault(form: str, text: str) -> None:
    assert STRICT[form](text, "DOG") == ""


@pytest.mark.parametrize(
    ("form", "text", "fault"),
    [
        ("haiku", HAIKU.replace("frost", "fire"), "Line 1 has 5 or 6 syllables"),
        ("haiku", HAIKU + "\nagain", "4 lines"),
        ("haiku", HAIKU.replace("first", "1st"), "digits"),
        ("limerick", LIMERICK.replace("away", "down"), "Lines 1 and 5 do not rhyme"),
        ("limerick", LIMERICK.replace("eat", "stay").replace("feet", "tray"), "are the same"),
        ("quatrain", QUATRAIN.replace("white", "black"), "do not rhyme"),
        ("acrostic", "Down the path\nGrinning at me\nOver there", "DGO"),
        ("free verse", "one plate\none plate\none plate\none plate", "again and again"),
        ("scene", "Two people talk.", "heading"),
        ("scene", "INT. ROOM - DAY\n\nADA\nYou came.\n\nADA\nSit down.", "1 speak"),
        ("wujue", "白日依山尽，黄河入海流。\n欲穷千里目，更上一层山。", "rhyme"),
        ("qijue", "月落乌啼\n江枫渔火对愁眠\n姑苏城外寒山寺\n夜半钟声到客船", "Line 1"),
    ],
)  # fmt: skip
def test_what_breaks_its_form_is_told(form: str, text: str, fault: str) -> None:
    assert fault in STRICT[form](text, "DOG")
