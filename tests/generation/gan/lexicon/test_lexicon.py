"""Themes as members type them, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.forms.brief import THEME_LIMIT
from generation.forms.pictures import STYLES, THEME_EXAMPLES
from generation.gan.lexicon import LexiconError
from generation.gan.lexicon.errors import (
    EmptyThemeError,
    EnormousThemeError,
    UnknownLanguageError,
    UnknownStyleError,
    UnknownWordsError,
)

if TYPE_CHECKING:
    from generation.gan.lexicon import Lexicon
    from generation.gan.text_encoder import Sentences

THEMES = [
    # English: names, plurals, everyday words, what is said of a thing
    ("a fox", "", ("fox",)),
    ("Foxes!", "flat", ("fox", "flat")),
    ("a red fox", "flat", ("fox", "red", "flat")),
    ("geese", "", ("goose",)),
    ("a grey wolf", "", ("wolf", "gray")),
    ("a golden crown", "", ("crown", "yellow")),
    ("a blue apple", "", ("apple", "blue")),
    ("a green heart", "", ("green heart",)),
    ("dark blue car", "3d", ("automobile", "blue", "3d")),
    ("orange", "", ("tangerine",)),
    ("an orange cat", "", ("cat", "orange")),
    ("orange and black butterfly", "", ("butterfly", "orange", "black")),
    ("a black and white cat", "", ("cat", "black", "white")),
    ("a sleepy cat", "", ("cat", "sleepy")),
    ("two people dancing", "", ("person", "dancing")),
    ("dancing unicorn", "", ("unicorn", "dancing")),
    ("a cat on a bicycle", "", ("cat", "bicycle")),
    ("robot cat", "", ("cat", "robot")),
    ("happy birthday", "", ("birthday cake", "happy")),
    ("karate", "", ("martial arts uniform", "karate")),
    ("T-Rex", "", ("T-Rex",)),
    ("Mrs. Claus", "", ("Mrs. Claus",)),
    ("a woman's boot", "", ("woman's boot",)),
    ("teddybear", "", ("teddy bear",)),
    ("piñata", "", ("piñata",)),
    ("a round pushpin", "", ("round pushpin",)),
    ("a sad robot walking in the rain thinking of home", "", ("robot", "sad", "walking", "rain", "thinking")),
    # styles in the theme, and markup
    ("pixel art dragon", "", ("dragon", "pixel art")),
    ("pixel art dragon", "glossy", ("dragon", "glossy")),
    ("white cat on a white background", "", ("cat", "white")),
    ("**fox** <@123456> https://example.com/cat.png", "", ("fox",)),
    ("<:fox:1234567890> <#42> @everyone", "", ("fox",)),
    ("🦊", "", ("fox",)),
    ("🦊 on a 🚲", "", ("fox", "bicycle")),
    ("👩\u200d🚀", "", ("astronaut",)),
    ("🏃\u200d♀️", "", ("person running",)),
    ("❤️", "", ("red heart",)),
    ("ｆｏｘ", "", ("fox",)),
    # Chinese, Simplified and Traditional
    ("狐狸", "", ("fox",)),
    ("一只红色的狐狸", "flat", ("fox", "red", "flat")),
    ("藍色的貓頭鷹", "", ("owl", "blue")),
    ("白马", "", ("horse", "white")),
    ("黑猫", "", ("black cat",)),
    ("猫和月亮", "", ("cat", "full moon")),
    ("月亮上的猫", "", ("cat", "full moon")),
    ("戴帽子的小狗", "", ("dog face", "top hat")),
    ("可爱的小猫在睡觉", "", ("cat face", "cute", "sleeping")),
    ("像素风的龙", "", ("dragon", "pixel art")),
    ("T恤", "", ("t-shirt",)),
    ("腳踏車", "", ("bicycle",)),
    ("无尾熊", "", ("koala",)),
    ("猫と月", "", ("cat", "full moon")),
    # paintings
    ("an abstract painting of the ocean", "", ("abstract", "ocean blues")),
    ("sunset", "", ("sunset",)),
    ("sunset", "oil", ("abstract", "sunset colours", "oil")),
    ("a swirling night sky", "", ("abstract", "a swirling night sky")),
    ("the night sky with stars", "", ("abstract", "night sky", "many stars")),
    ("mountains at dusk", "", ("abstract", "layered mountains", "sunset colours")),
    ("a colourful flower", "", ("blossom",)),
    ("northern lights", "", ("abstract", "aurora")),
    ("ocean waves", "oil", ("abstract", "waves", "ocean blues", "oil")),
    ("ocean waves at dusk", "oil", ("abstract", "waves", "sunset colours", "ocean blues", "oil")),
    ("ocean waves", "flat", ("water wave", "flat")),
    ("mosaic in purple", "", ("abstract", "mosaic", "purple")),
    ("watercolor mountains", "", ("abstract", "layered mountains", "watercolour")),
    ("a painting of a fox", "", ("fox",)),
    ("blue", "", ("abstract", "blue")),
    ("blue", "flat", ("blue", "flat")),
    ("星空", "", ("abstract", "night sky")),
    ("抽象画，蓝色和金色", "", ("abstract", "gold and black", "blue")),
    ("一幅抽象画，黑与金，许多圆点，俏皮", "", ("abstract", "a field of dots", "playful", "gold and black")),
    ("油画 海浪", "", ("abstract", "waves", "oil")),
]


@pytest.mark.parametrize(("theme", "style", "words"), THEMES)
def test_what_members_type_is_understood(
    lexicon: Lexicon, sentences: Sentences, theme: str, style: str, words: tuple[str, ...]
) -> None:
    understood = lexicon.understand(theme, style, sentences)
    assert understood.words == words
    assert not understood.outside
    assert understood.nearest == ()


@pytest.mark.parametrize(
    ("theme", "style", "caption"),
    [
        ("fox", "", "fox"),
        ("fox", "flat", "a fox, flat"),
        ("red fox", "flat", "a red fox, flat"),
        ("red fox", "", "red fox"),
        ("orange abacus", "flat", "an orange abacus, flat"),
        ("red and white fox", "pixel art", "a fox in red and white, pixel art emoji on a white background"),
        ("pancakes", "blob", "pancakes, blob"),
        ("orange pancakes", "blob", "orange pancakes, blob"),
        ("fox in a forest", "", "fox, forest"),
        ("waves", "oil", "an abstract painting, waves, oil on canvas"),
        ("abstract blue stripes", "", "an abstract painting, stripes, blue tones"),
    ],
)
def test_captions_are_worded_as_those_that_the_network_was_trained_on(
    lexicon: Lexicon, sentences: Sentences, theme: str, style: str, caption: str
) -> None:
    assert lexicon.understand(theme, style, sentences).caption == caption


@pytest.mark.parametrize("theme", THEME_EXAMPLES)
def test_the_themes_that_are_offered_as_examples_are_all_understood(
    lexicon: Lexicon, sentences: Sentences, theme: str
) -> None:
    understood = lexicon.understand(theme, "", sentences)
    assert understood.words
    assert not understood.outside


@pytest.mark.parametrize(
    "theme", ["quarterly revenue report", "asdfgh", "kubernetes", "un perro rojo", "the meaning of life"]
)
def test_what_nobody_can_draw_lies_outside_and_the_nearest_known_things_are_offered(
    lexicon: Lexicon, sentences: Sentences, theme: str
) -> None:
    understood = lexicon.understand(theme, "flat", sentences)
    assert understood.outside
    assert understood.words == ("flat",)
    assert len(understood.nearest) == 3
    seen = {thing.name for thing in lexicon.known.things if thing.seen}
    assert set(understood.nearest) <= seen


@pytest.mark.parametrize("theme", ["lighthouse", "lynx", "windmill", "raspberry"])
def test_a_thing_without_a_name_here_is_told_by_its_sentence_vector(
    lexicon: Lexicon, sentences: Sentences, theme: str
) -> None:
    understood = lexicon.understand(f"a {theme}", "flat", sentences)
    assert not understood.outside
    assert understood.words == (theme, "flat")


def test_paintings_do_not_know_things_and_say_so(lexicon: Lexicon, sentences: Sentences) -> None:
    assert lexicon.understand("an ice cream", "oil", sentences).outside, (
        "an ice cream is neither ice nor cream"
    )
    understood = lexicon.understand("a cat", "oil", sentences)
    assert understood.outside
    terms = {term.says for term in (*lexicon.known.families, *lexicon.known.palettes)}
    assert set(understood.nearest) <= terms


@pytest.mark.parametrize(
    ("theme", "left_out"),
    [
        ("a fox in a forest", ("fox",)),
        ("ocean waves and a lighthouse", ("lighthouse",)),
        ("森林里的狐狸", ("fox",)),
        ("forest fire", ()),
    ],
)
def test_what_a_painting_shows_only_the_rest_of_is_told(
    lexicon: Lexicon, sentences: Sentences, theme: str, left_out: tuple[str, ...]
) -> None:
    understood = lexicon.understand(theme, "oil", sentences)
    assert not understood.outside
    assert understood.left_out == left_out
    assert lexicon.understand(theme, "flat", sentences).left_out == ()


def test_a_thing_is_not_taken_apart_where_a_word_of_it_is_not_painted(
    lexicon: Lexicon, sentences: Sentences
) -> None:
    words = lexicon.understand("an ice cream", "oil", sentences).words
    assert "icy blues and whites" not in words


@pytest.mark.parametrize(
    ("theme", "error"),
    [
        ("", EmptyThemeError),
        ("  \n", EmptyThemeError),
        ("@everyone", EmptyThemeError),
        ("https://example.com", EmptyThemeError),
        ("please draw me a picture", EmptyThemeError),
        ("pixel art", EmptyThemeError),
        ("🇫🇷", EmptyThemeError),
        ("…!?", EmptyThemeError),
        ("fox " * 76, EnormousThemeError),
        ("狐" * (THEME_LIMIT + 1), EnormousThemeError),
        ("рыжая лиса", UnknownLanguageError),
        ("ثعلب", UnknownLanguageError),
        ("붉은 여우", UnknownLanguageError),
        ("きつね", UnknownLanguageError),
        ("奥巴马", UnknownWordsError),
        ("量子力学", UnknownWordsError),
    ],
)
def test_a_theme_that_cannot_be_read_is_refused_in_one_sentence(
    lexicon: Lexicon, sentences: Sentences, theme: str, error: type[LexiconError]
) -> None:
    with pytest.raises(error) as caught:
        lexicon.understand(theme, "", sentences)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_theme_of_symbols_with_long_names_is_not_read_to_its_end(
    lexicon: Lexicon, sentences: Sentences
) -> None:
    theme = chr(0x1FB3C) * 990 + " fox"  # each is a name of eight words
    try:
        understood = lexicon.understand(theme, "", sentences)
    except LexiconError:
        return
    assert len(understood.caption) < 2000


def test_a_known_word_among_foreign_ones_is_kept(lexicon: Lexicon, sentences: Sentences) -> None:
    assert lexicon.understand("лиса fox", "", sentences).words == ("fox",)


def test_an_unknown_style_is_refused(lexicon: Lexicon, sentences: Sentences) -> None:
    with pytest.raises(UnknownStyleError):
        lexicon.understand("fox", "baroque", sentences)


# letters of many scripts, what is known, and what Discord and emoji are made of
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["fox", "red", "a", "狐狸", "红", "的", "抽象", "waves", "oil painting", "night sky", "flat", "in"]
    ),
    st.sampled_from(
        ["<@1>", "<a:x_y:12>", ":cat:", "\u200d", "\ufe0f", "🏽", "🦊", "❤️", "🇫🇷", "'s", ",", "**", "．"]
    ),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=12).map(" ".join), st.sampled_from(["", "flat", "pixel art", "oil", "ink"]))
def test_any_text_is_understood_or_refused_by_a_sentence(
    lexicon: Lexicon, sentences: Sentences, theme: str, style: str
) -> None:
    try:
        understood = lexicon.understand(theme, style, sentences)
    except LexiconError:
        return
    assert understood.caption
    assert understood.caption == understood.caption.strip()
    assert all(understood.words)
    assert len(set(understood.words)) == len(understood.words)
    assert (len(understood.nearest) == 3) == understood.outside
    assert not style or style in understood.words
    assert lexicon.understand(theme, style, sentences) == understood


@pytest.mark.parametrize("style", STYLES)
def test_every_style_that_is_offered_can_be_asked_for(
    lexicon: Lexicon, sentences: Sentences, style: str
) -> None:
    understood = lexicon.understand("waves", style, sentences)
    assert understood.words[-1] == style
    assert STYLES[style].words in understood.caption
