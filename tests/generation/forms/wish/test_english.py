"""Wishes in English, as people type them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.forms.wish import Understood, understand
from generation.forms.wish.english import moods_of


@pytest.mark.parametrize(
    ("typed", "form", "theme"),
    [
        ("5-7-5 on my grandmother's empty chair", "haiku", "my grandmother's empty chair"),
        ("a haiku: the last train of the night", "haiku", "the last train of the night"),
        ("rain on a tin roof - haiku please", "haiku", "rain on a tin roof"),
        ("5-7-5 on new year's morning, nobody up yet", "haiku", "new year's morning, nobody up yet"),
        ("winter (haiku)", "haiku", "winter"),
        ("a limerick that rhymes with orange", "limerick", "rhymes with orange"),
        ("write a haiku with rain in it", "haiku", "rain in it"),
        ("a limerick whose hero is a goat", "limerick", "hero is a goat"),
        ("a story that never ends", "", "a story that never ends"),
        ("the haiku that I dreamt", "", "the haiku that I dreamt"),
        ("winter, as a sonnet", "sonnet", "winter"),
        (
            "give me a limerick: a goat that ate the wifi router",
            "limerick",
            "a goat that ate the wifi router",
        ),
        ("two rhyming lines on monday", "couplet", "monday"),
        ("a quatrain on the smell of bread at dawn, abab", "quatrain", "the smell of bread at dawn"),
        (
            "short rhyming poem, 4 lines: a child learning to whistle",
            "quatrain",
            "a child learning to whistle",
        ),
        ("a little verse about the night shift", "quatrain", "the night shift"),
        ("sonnet for the old library they tore down", "sonnet", "the old library they tore down"),
        ("tell it as a ballad: the drowned bell of the valley", "ballad", "the drowned bell of the valley"),
        ("no rhymes please, salt", "free verse", "salt"),
        ("poem: the sound of a modem", "", "the sound of a modem"),
        ("can you do a poem on my old bedroom?", "", "my old bedroom"),
        ("write about the harbour", "", "the harbour"),
        ("need a birthday limerick for Dave", "limerick", "birthday for Dave"),
        ("winter haiku about geese", "haiku", "geese, winter"),
        ("autumn leaves haiku", "haiku", "autumn leaves"),
        ("a haiku (about cats)", "haiku", "cats"),
        ("three haiku about the sea", "haiku", "the sea"),
        ("Write a poem. It should be about snow.", "", "snow"),
        ("SONNET ABOUT RAIN", "sonnet", "RAIN"),
        ("a qijue about the moon", "qijue", "the moon"),
    ],
)
def test_the_form_and_the_request_are_taken_off_the_subject_of_a_poem(
    typed: str, form: str, theme: str
) -> None:
    assert understand(typed, "verse") == Understood(theme, form, length=understand(typed, "verse").length)


@pytest.mark.parametrize(
    ("kind", "typed", "form", "theme", "length"),
    [
        ("script", "scene, two characters, a waiter drops the ring", "scene", "a waiter drops the ring", ""),
        ("script", "write a short screenplay scene where a robot learns what a joke is", "scene",
         "a robot learns what a joke is", "short"),
        ("script", "scene please: the moon is late for work", "scene", "the moon is late for work", ""),
        ("story", "a short story about the smallest dragon", "short story", "the smallest dragon", ""),
        ("story", "tell me a tiny story where two frogs in a well", "short story", "two frogs in a well", "short"),
        ("story", "micro fiction, the river's complaint", "short story", "the river's complaint", "short"),
        ("story", "a 300 word story about a robot", "short story", "a robot", "medium"),
        ("script", "monologue of a tired waiter", "monologue", "a tired waiter", ""),
        ("story", "write a fable about the mouse who paid rent", "fable", "the mouse who paid rent", ""),
    ],
)  # fmt: skip
def test_scripts_and_stories_are_asked_for_in_their_own_words(
    kind: Any, typed: str, form: str, theme: str, length: str
) -> None:
    assert understand(typed, kind) == Understood(theme, form, length=length)


@pytest.mark.parametrize(
    "theme",
    [
        "story of my life", "the song of the sea", "a quiet place", "love, loss, and the sea", "birthday poem for Ana",
        "Grandma's house and the dogs' bowls", "🎉", "?!", "poem", "haiku", "x" * 300, "the poem", "my last sonnet for Anna",
        "The Song of Hiawatha", "What the sonnet said", "my first haiku", "la vie en rose",
    ],
)  # fmt: skip
def test_what_is_no_request_stays_as_it_was_typed(theme: str) -> None:
    assert understand(theme, "verse").theme == theme


@pytest.mark.parametrize(
    ("typed", "theme", "tone"),
    [
        ("funny limerick about a snail in a marathon", "a snail in a marathon", "funny"),
        ("write a sad, slow poem about the sea", "the sea", "sad, slow"),
        ("write something quiet about a nurse on her break", "a nurse on her break", "quiet"),
        ("the last leaf, make it sad", "the last leaf", "sad"),
        ("my cat in a warm and gentle tone", "my cat", "warm and gentle"),
        ("a bus, warm and funny", "a bus", "warm and funny"),
        ("Could you write a haiku on my bike? Make it funny!", "my bike", "funny"),
        ("a poem about bees in the style of Emily Dickinson", "bees", "like Emily Dickinson"),
        ("roses, sweet and short", "roses", "sweet"),
        ("ballad, like an old folk song: the night the river rose", "the night the river rose", "like an old folk song"),
    ],
)  # fmt: skip
def test_a_mood_is_told_from_the_subject(typed: str, theme: str, tone: str) -> None:
    found = understand(typed, "verse")
    assert (found.theme, found.tone) == (theme, tone)


@pytest.mark.parametrize(
    ("typed", "theme", "must"),
    [
        ("rain, with the word 'hum'", "rain", ("hum",)),
        ("rain with the words hum, purr and glass", "rain", ("hum", "purr", "glass")),
        ('autumn, including "leaf" and "rake", please', "autumn", ("leaf", "rake")),
        ("a goat including wifi and router", "a goat", ("wifi", "router")),
        ("a poem about snow. It must include the word don't", "snow", ("don't",)),
        ("snow, using the word “Hush” in it, and make it sad", "snow", ("Hush",)),
        ('a poem about "hope" and fear', '"hope" and fear', ("hope",)),
        ('a haiku with "hum" and "purr" about a cat', "a cat", ("hum", "purr")),
        ('haiku about dawn (with the word "lark")', "dawn", ("lark",)),
        ("a family including the dog", "a family including the dog", ()),
        ("a poem without the word love", "a poem without the word love", ()),
    ],
)
def test_words_to_include_are_found_where_they_are_asked_for(
    typed: str, theme: str, must: tuple[str, ...]
) -> None:
    found = understand(typed, "verse")
    assert (found.theme, found.must) == (theme, must)


@pytest.mark.parametrize(
    ("typed", "form", "theme", "word"),
    [
        ("make an acrostic out of RAIN", "acrostic", "RAIN", "RAIN"),
        ("acrostic poem spelling hope", "acrostic", "hope", "hope"),
        ("acrostic MOM", "acrostic", "MOM", "MOM"),
        ("an acrostic about my cat spelling 'Mimi'", "acrostic", "my cat", "Mimi"),
        ("an acrostic for MIA and her dog", "acrostic", "MIA and her dog", "MIA"),
        ("an acrostic about my old cat", "acrostic", "my old cat", ""),
        ('golden shovel on "we real cool" about pool halls', "golden shovel", "pool halls", "we real cool"),
        ('golden shovel using the line "so it goes"', "golden shovel", "so it goes", "so it goes"),
        ('poem that ends with the line "and miles to go before I sleep"', "found line", "and miles to go before I sleep",
         "and miles to go before I sleep"),
    ],
)  # fmt: skip
def test_what_a_form_is_built_on_is_found(typed: str, form: str, theme: str, word: str) -> None:
    assert understand(typed, "verse") == Understood(theme, form, given=word)


def test_all_of_it_at_once() -> None:
    typed = "write me a haiku about a cat asleep on a warm laptop, warm and funny, with the word 'hum'"
    assert understand(typed, "verse") == Understood(
        "a cat asleep on a warm laptop", "haiku", tone="warm and funny", must=("hum",)
    )


def test_a_form_of_another_command_is_a_subject_here() -> None:
    assert understand("a haiku about rain", "script").theme == "a haiku about rain"


def test_a_language_can_be_asked_for() -> None:
    found = understand("a poem about the moon in Chinese", "verse")
    assert (found.theme, found.language) == ("the moon", "zh")


def test_moods_are_read_off_an_instruction() -> None:
    assert moods_of("make it funnier and a bit warm, with less snow") == "funny, warm"
    assert not moods_of("mention the sea")


@settings(deadline=2000)
@given(st.text(max_size=400), st.sampled_from(["verse", "script", "story", None]))
def test_whatever_is_typed_is_read_without_ado_and_leaves_a_subject(typed: str, kind: Any) -> None:
    found = understand(typed, kind)
    assert bool(found.theme) == bool(typed.strip())
    assert "" not in found.must


@settings(deadline=2000)
@given(st.lists(st.sampled_from(["with ", "the ", "words ", '"a b"', "a, ", "and ", "haiku ", "about ", "'x' ", "sad, ", ": "]),
                max_size=80))  # fmt: skip
def test_no_pattern_takes_long_over_what_looks_like_a_request(parts: list[str]) -> None:
    typed = "".join(parts)  # two seconds are allowed for each; a tenth is usual for the worst
    assert bool(understand(typed, "verse").theme) == bool(typed.strip())
