"""Words, one at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.gan.lexicon.plain import plain
from generation.gan.lexicon.words import key, singular, stems, tokens


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("foxes", "fox"), ("cherries", "cherry"), ("houses", "house"), ("horses", "horse"), ("buses", "bus"),
        ("glasses", "glass"), ("wolves", "wolf"), ("mice", "mouse"), ("potatoes", "potato"), ("peaches", "peach"),
        ("cats", "cat"), ("roses", "rose"), ("noses", "nose"), ("vases", "vase"), ("boxes", "box"),
        ("axes", "axe"), ("bus", "bus"), ("cactus", "cactus"), ("glass", "glass"), ("yes", "yes"), ("sheep", "sheep"),
        ("trees", "tree"), ("keys", "key"), ("pies", "pie"), ("dishes", "dish"),
    ],
)  # fmt: skip
def test_a_plural_has_its_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


@pytest.mark.parametrize(
    ("form", "verb"),
    [("running", "run"), ("walking", "walk"), ("dancing", "dance"), ("staring", "stare"), ("smiled", "smile"),
     ("sleeping", "sleep"), ("opening", "open"), ("rolling", "roll"), ("kissing", "kiss")],
)  # fmt: skip
def test_a_form_of_a_verb_leads_to_the_verb(form: str, verb: str) -> None:
    assert verb in stems(form)


@pytest.mark.parametrize("word", ["king", "ring", "string", "spring", "bed", "red", "seed", "fox"])
def test_a_noun_that_only_ends_like_a_verb_is_left_alone(word: str) -> None:
    assert stems(word) == ()


def test_staring_is_not_a_star() -> None:
    assert "star" not in stems("staring")


def test_words_characters_and_breaks_are_told_apart() -> None:
    found = [(token.text, token.script) for token in tokens("crêpe 狐狸, лиса's t-rex")]
    assert found == [
        ("crepe", "english"), ("狐", "chinese"), ("狸", "chinese"), (",", "break"), ("лиса", "other"),
        ("t", "english"), ("rex", "english"),
    ]  # fmt: skip


def test_a_name_is_looked_up_without_its_accents_and_apostrophes() -> None:
    assert key("Rescue Worker’s Helmet") == "rescue worker helmet"
    assert key("piñata") == "pinata"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("**A _Fox_**", "a fox"),
        ("<@!12> <@&34> <#56> </picture:78> @here fox", ", , , , , fox"),
        ("<a:party_fox:123>", ", party fox ,"),
        ("see <https://example.com/a_b> now", "see , now"),
        ("🦊🦊", ", fox , , fox ,"),
        ("👍🏽", ", thumbs up ,"),
        ("3️⃣", "3"),
        ("ａ\u0000\u202eｂ", "a b"),
    ],
)
def test_markup_is_taken_away_and_emoji_are_spelled(typed: str, words: str) -> None:
    assert plain(typed, {"🦊": "fox", "👍": "thumbs up"}) == words


@given(st.text())
def test_words_of_any_text_are_in_lower_case_on_one_line(text: str) -> None:
    made = plain(text, {"🦊": "fox"})
    assert "\n" not in made
    assert made == made.strip()
    assert all(token.text for token in tokens(made))
