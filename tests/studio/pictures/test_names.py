"""Names of emoji and stickers: Discord's rules, the server's taken ones, rude ones, and what is offered instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import Refusal
from studio.pictures import names


@pytest.mark.parametrize("typed", ["fox", " :fox: ", "FOX_2", "a" * 32])
def test_a_good_name_is_kept_as_typed(typed: str) -> None:
    assert names.emoji_name(typed, ["owl"], ["fox"]) == typed.strip().strip(":")


@pytest.mark.parametrize("typed", ["f", "a" * 33, "red fox", "füchse", "fox-1", "狐狸"])
def test_a_bad_name_is_refused_with_one_that_would_do(typed: str) -> None:
    with pytest.raises(Refusal, match="how about red_fox"):
        names.emoji_name(typed, [], ["red fox"])


def test_a_taken_name_is_refused_whatever_its_case() -> None:
    with pytest.raises(Refusal, match="named Fox already; how about Fox_3"):
        names.emoji_name("Fox", ["fox", "FOX_2"], ["owl"])


@pytest.mark.parametrize("rude", ["fuck", "sh1t", "you_ass", "F_U_C_K", "bullshit9", "b1tch"])
def test_a_rude_name_is_refused(rude: str) -> None:
    with pytest.raises(Refusal, match="I would rather not"):
        names.emoji_name(rude, [], ["fox"])
    with pytest.raises(Refusal, match="I would rather not"):
        names.sticker_name("傻逼", [], ["fox"])


@pytest.mark.parametrize(
    "innocent", ["grape", "classic", "cocktail", "therapist", "titan", "Scunthorpe"[0:1] + "ales"]
)
def test_a_word_that_only_contains_a_rude_one_is_not(innocent: str) -> None:
    assert names.emoji_name(innocent, [], []) == innocent


@given(st.lists(st.text(max_size=40), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_what_is_offered_is_always_a_name_that_is_taken(words: list[str], taken: list[str]) -> None:
    offered = names.suggestion(words, taken)
    assert names.emoji_name(offered, taken, words) == offered
    sticker = names.suggestion(words, taken, most=names.STICKER_MOST)
    assert names.sticker_name(sticker, taken, words) == sticker


@pytest.mark.parametrize("typed", ["🦊", "❤️", "👩‍🚀", "🇨🇭", "1️⃣", "👍🏽"])
def test_an_emoji_is_a_tag(typed: str) -> None:
    assert names.tag_emoji(f" {typed} ") == typed


@pytest.mark.parametrize("typed", ["fox", "🦊fox", "!", "🦊" * 20, ":fox:"])
def test_anything_else_is_none(typed: str) -> None:
    with pytest.raises(Refusal, match="found by one emoji"):
        names.tag_emoji(typed)


def test_no_tag_is_the_usual_one() -> None:
    assert names.tag_emoji(" ") == names.USUAL_TAG


@given(st.text(max_size=300))
def test_a_description_is_of_a_length_that_discord_takes(alt: str) -> None:
    assert len(names.description(alt)) in {0, *range(2, 101)}
