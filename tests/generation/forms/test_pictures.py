"""The styles that can be asked for: what the picker and the captions make of them."""

from __future__ import annotations

from generation.forms.pictures import STYLES, THEME_EXAMPLES
from generation.wire.jobs import STYLE_LIMIT, THEME_LIMIT

CHOICES_LIMIT, CHOICE_LIMIT = 25, 100  # Discord's, of an autocomplete


def test_a_style_is_found_by_its_name_in_small_letters() -> None:
    for name, style in STYLES.items():
        assert style.name == name == name.casefold().strip()
        assert 0 < len(name) <= STYLE_LIMIT


def test_all_styles_fit_one_list_to_choose_from() -> None:
    assert len(STYLES) <= CHOICES_LIMIT
    shown = {f"{style.title}: {style.description}" for style in STYLES.values()}
    assert len(shown) == len(STYLES)
    assert all(len(line) <= CHOICE_LIMIT for line in shown)


def test_there_are_stickers_and_paintings_and_each_style_has_words_of_its_own() -> None:
    assert {style.kind for style in STYLES.values()} == {"sticker", "painting"}
    assert len({style.words for style in STYLES.values()}) == len(STYLES)


def test_examples_of_themes_can_be_asked_for_as_they_stand() -> None:
    assert len(set(THEME_EXAMPLES)) == len(THEME_EXAMPLES) <= CHOICES_LIMIT
    assert all(0 < len(theme) <= min(THEME_LIMIT, CHOICE_LIMIT) for theme in THEME_EXAMPLES)
