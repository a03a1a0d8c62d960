"""Every form: a piece that keeps it, pieces that break it, and what is said of them."""

from __future__ import annotations

import pytest

from generation.forms import FORMS, form_named, verdict
from generation.wire.jobs import Brief

GIVEN = {
    "acrostic": "salt", "golden shovel": "the tea is cold", "found line": "Nobody came to fix the light",
}  # fmt: skip
HAIKU = "frost on the railing\nthe first bus goes by empty\nwith its lights still on"
SCENE = FORMS["scene"].examples[0].text
STORY = FORMS["short story"].examples[0].text
QUATRAIN = FORMS["quatrain"].examples[0].text
CALM = (
    "The house is green. Its garden has seven trees. Bees live under the porch, and my aunt feeds them sugar on Sundays. "
    "Every room smells of wax. Upstairs a clock ticks beside the narrow bed, and a blue lamp burns all year long. "
    "My cousins sleep there in summer. They swim before breakfast."
)
SONNET = FORMS["sonnet"].examples[0].text


def brief(name: str, **parts: object) -> Brief:
    asked = {"length": "medium" if name == "renga" else "short", "given": GIVEN.get(name, ""), **parts}
    return Brief(name, "x", **asked)


@pytest.mark.parametrize("name", list(FORMS))
def test_every_example_keeps_its_form(name: str) -> None:
    assert form_named(name).examples
    for example in form_named(name).examples:
        said = verdict(brief(name), example.text)
        assert said.reasons == ()
        assert said.kept
        assert said.score == 1.0


@pytest.mark.parametrize("name", list(FORMS))
@pytest.mark.parametrize("text", ["", "\n \n", "Sure!", "1234", "。", "🎣🎣", "a " * 2000, "la la la\n" * 40])
def test_no_form_is_kept_by_nothing_much_and_the_reasons_are_sentences(name: str, text: str) -> None:
    said = verdict(brief(name), text)
    assert not said.kept
    assert 0.0 <= said.score < 1.0
    assert said.reasons
    for reason in said.reasons:
        assert reason[-1] in ".?", reason
        assert "\n" not in reason


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("haiku", HAIKU.replace("goes by empty", "goes empty"), "Line 2 has 6 syllables; 7 are wanted."),
        ("haiku", HAIKU + "\nand on", "There are 4 lines; 3 are wanted."),
        ("haiku", "frost", "There is 1 line; 3 are wanted."),
        ("haiku", HAIKU.replace("first", "fire"), "Line 2 has 7 or 8 syllables, depending on how one says “fire”; 7 are wanted."),
        ("haiku", HAIKU.replace("first", "1st"), "Line 2 has “1st” in it, and I cannot count the syllables of that."),
        ("tanka", HAIKU, "There are 3 lines; 5 are wanted."),
        ("limerick", FORMS["limerick"].examples[0].text.replace("a day", "a week"), "Lines 1 and 2 do not rhyme (“bay”, “week”)."),
        ("limerick", FORMS["limerick"].examples[0].text.replace("a day", "the bay"), "Lines 1 and 2 end on the same word (“bay”)."),
        ("limerick", FORMS["limerick"].examples[0].text.replace("gulls", "extraordinary gulls"), "Line 3 has 10 or 11 syllables; 5 to 7 are wanted."),
        ("couplet", "The kettle sings, the toast is brown,\nand so is every roof in town, and I sit down.", "One line is 5 syllables longer than the other; 2 are the most."),
        ("couplet", "The clock has stopped at half past ten,\nand I shall never wind again.", "Lines 1 and 2 do not surely rhyme (“ten”, “again”)."),
        ("couplet", "The moon is on the lawn of grwzt,\nand everything is wet and lost.", "Lines 1 and 2 should rhyme, and I do not know how “grwzt” is said."),
        ("quatrain", QUATRAIN.replace("across", "along"), "Lines 2 and 4 do not rhyme (“along”, “moss”)."),
        ("sonnet", SONNET.replace("wooden ", ""), "Line 2 has 8 syllables; 9 to 11 are wanted."),
        ("sonnet", SONNET.rsplit("\n", 1)[0], "There are 13 lines; 14 are wanted."),
        ("ballad", FORMS["ballad"].examples[0].text.replace("pale", "white"), "Lines 6 and 8 do not rhyme (“rail”, “white”)."),
        ("free verse", "One long paragraph of prose. " * 3, "There is 1 line; 3 or more are wanted."),
        ("free verse", "the sea\nis grey\n" * 6, "A line is said again and again (“the sea”)."),
        ("free verse", "\n".join(f"line {n} goes on and on as prose does when nobody breaks it up at all, ever, {n}" for n in range(4)), "It is prose: a line has 18 words."),
        ("acrostic", "Shoes off.\nA gull cries.\nTow it.\nThe sea.", "Line 3 begins with T; L is wanted."),
        ("acrostic", "Shoes off.\nA gull cries.\nLow.\nThe sea.", "Line 3 has a single word."),
        ("acrostic", "Shoes off.\nA gull cries.", "There is no line 3; it should begin with L."),
        ("golden shovel", "I like the\ngood black tea\nwhich is\nlong warm.", "Line 4 ends on “warm”; “cold” is wanted."),
        ("found line", FORMS["found line"].examples[0].text.replace("fix", "mend"), "The line that was given is not in it."),
        ("renga", HAIKU, "There are 3 lines; 5 are wanted."),
        ("wujue", "夜雨敲窗冷，孤灯照壁明。\n故人千里外，何处寄秋风凉。", "Line 4 has 6 characters; 5 are wanted."),
        ("wujue", "夜雨敲窗冷，孤灯照壁明。\n故人千里外，何处寄秋天。", "Lines 2 and 4 do not rhyme (“明”, “天”)."),
        ("wujue", "夜雨敲窗冷，孤灯照壁明。\n故人千里外，何处寄秋明。", "Lines 2 and 4 end on the same character (“明”)."),
        ("qijue", "夜雨敲窗冷，孤灯照壁明。\n故人千里外，何处寄秋声。", "Line 1 has 5 characters; 7 are wanted."),
        ("wulü", "夜雨敲窗冷，孤灯照壁明。\n故人千里外，何处寄秋声。", "There are 4 lines; 8 are wanted."),
        ("qilü", "Moon over water", "There is 1 line; 8 are wanted."),
        ("scene", SCENE.split("\n\n", 1)[1], "It does not begin with a heading such as INT. KITCHEN - NIGHT."),
        ("scene", SCENE.replace("INES", "MARA"), "One person speaks; two are wanted at least."),
        ("scene", "INT. ROOM - DAY\n\nIt is raining. She looks out.", "Nobody speaks; two are wanted at least."),
        ("scene", SCENE.removesuffix("."), "It breaks off in the middle of a sentence."),
        ("scene", SCENE + "\n\nMARA\nWe could keep it.\n\nINES\nWe could keep it.", "A line is said again and again (“We could keep it.”)."),
        ("sketch", "INT. SHOP - DAY\n\nANN\nYes?\n\nBOB\nNo.", "2 speeches are few; 4 are wanted at least."),
        ("monologue", FORMS["monologue"].examples[0].text + "\n\nBEN\nI heard you.", "2 people speak (DORA, BEN); one is wanted."),
        ("short story", STORY.removesuffix(".”"), "It breaks off in the middle of a sentence."),
        ("short story", "She was there. It was good. " * 2, "It has 12 words; 60 to 150 are wanted."),
        ("short story", CALM, "Nothing in it turns: no but, until or one day between beginning and end."),
        ("fable", STORY, "There is no animal in it."),
        ("logline", "A man wants home. A cook wants salt. A king wants sleep. He waits.", "It has 4 sentences; one is wanted."),
        ("logline", "A man wants to go home.", "It has 6 words; 10 to 50 are wanted."),
        ("character sheet", FORMS["character sheet"].examples[0].text.replace("Fears: ", "Likes: "), "The line “Fears” is missing."),
        ("character sheet", FORMS["character sheet"].examples[0].text + "\nAge: 9", "There are 2 lines “Age”; one is wanted."),
    ],
)  # fmt: skip
def test_what_is_amiss_is_said(name: str, text: str, reason: str) -> None:
    said = verdict(brief(name), text)
    assert not said.kept
    assert any(told.startswith(reason) for told in said.reasons), said.reasons
    assert 0.0 < said.score < 1.0


def test_a_small_fault_scores_above_a_large_one() -> None:
    kept, doubtful, near, far = (
        verdict(brief("haiku"), text).score
        for text in (HAIKU, HAIKU.replace("first", "fire"), HAIKU.replace("goes by empty", "goes empty"), "snow\nsnow\nsnow")
    )  # fmt: skip
    assert kept > doubtful > near > far


def test_a_word_that_is_missing_is_told_and_costs_but_breaks_no_form() -> None:
    said = verdict(brief("haiku", must=("bus", "lantern", "still on")), HAIKU)
    assert said.kept
    assert said.reasons == ("“lantern” is not in it.",)
    assert 0.5 < said.score < 1.0
    assert verdict(brief("haiku", must=("Bus", "LIGHTS still")), HAIKU).reasons == ()
    assert verdict(brief("haiku", must=("light",)), HAIKU).reasons == ("“light” is not in it.",)


def test_a_word_of_chinese_may_stand_anywhere() -> None:
    poem = FORMS["wujue"].examples[0].text
    assert verdict(brief("wujue", must=("孤灯", "千里")), poem).reasons == ()
    assert verdict(brief("wujue", must=("月",)), poem).reasons == ("“月” is not in it.",)


def test_a_quatrain_may_rhyme_in_pairs() -> None:
    assert verdict(
        brief("quatrain"), "The day is bright,\nthe sheep are white,\nthe hill is green,\nthe sky is clean."
    ).kept


def test_traditional_characters_are_read_as_simplified_ones_are() -> None:
    assert verdict(brief("wujue"), "夜雨敲窗冷，孤燈照壁明。故人千里外，何處寄秋聲。").kept
    assert verdict(brief("qijue"), "巷口書香舊日門\n黃昏燈影照微塵\n翻來一頁誰曾讀\n邊上猶留半句痕").kept


class TestRenga:
    LONG = "crates of bruised apples\nthe last stall folds its awning\na dog waits its turn"
    SHORT = "somewhere high above the square\nsomeone practises one scale"

    def test_a_verse_of_three_lines_is_answered_by_one_of_two(self) -> None:
        assert verdict(brief("renga", move="continue", source=self.LONG), self.SHORT).kept
        assert not verdict(brief("renga", move="continue", source=self.LONG), self.LONG).kept

    def test_a_chain_that_ends_on_two_lines_is_answered_by_three(self) -> None:
        chain = f"{self.LONG}\n\n{self.SHORT}"
        assert verdict(brief("renga", move="continue", source=chain), HAIKU).kept
        assert not verdict(brief("renga", move="continue", source=chain), self.SHORT).kept

    def test_a_line_of_the_verse_before_is_not_said_again(self) -> None:
        said = verdict(brief("renga", move="continue", source=self.SHORT), f"frost on the railing\n{self.SHORT.splitlines()[0]}\nwith its lights still on")  # fmt: skip
        assert said.reasons == ("“somewhere high above the square” was said in the verse before.",)

    @pytest.mark.parametrize("move", ["vary", "warmer", "adjust"])
    def test_the_same_again_has_the_shape_of_what_it_comes_from(self, move: str) -> None:
        assert verdict(brief("renga", move=move, source=self.SHORT), self.SHORT).kept
        assert verdict(
            brief("renga", move=move, source=f"{self.LONG}\n\n{self.SHORT}"), f"{HAIKU}\n{self.SHORT}"
        ).kept
        assert not verdict(brief("renga", move=move, source=self.LONG), self.SHORT).kept
