"""A poem as a card: whole, the right size, and nothing that was typed is markup."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from generation.page import PageError, TooLongError, UnprintableError, fonts, poem_card
from generation.page.card import MOST_LINES

PAPER = (250, 246, 237)
INK = (43, 38, 34)
RED = (176, 67, 47)

HAIKU = "an old harbour wall\nthe tide writes the same sentence\nand rubs it out again"
WUJUE = "空山新雨后，\n天气晚来秋。\n明月松间照，\n清泉石上流。"
STANZA = "The ship came in at break of day\nWith no one at the wheel;\nThe gulls went quiet on the bay,\nThe rope hung from the keel."


def card(text: str, title: str = "", footer: str = "") -> Image.Image:
    return Image.open(io.BytesIO(poem_card(text, title, footer))).convert("RGB")


def ink(image: Image.Image) -> int:
    """How many pixels are anything but paper."""
    return sum(count for count, colour in image.getcolors(1 << 20) or [] if colour != PAPER)


def test_a_haiku_is_a_calm_card_on_light_paper() -> None:
    image = card(HAIKU, "autumn dusk", "haiku · 28 November 2026")
    assert image.width > image.height
    assert {image.getpixel(at) for at in ((0, 0), (image.width - 1, image.height - 1))} == {PAPER}
    colours = {colour for _, colour in image.getcolors(1 << 20) or []}
    assert {INK, RED} <= colours
    assert ink(image) < 0.2 * image.width * image.height, "most of a card is paper"


def test_the_same_poem_gives_the_same_bytes() -> None:
    assert poem_card(HAIKU, "t", "f") == poem_card(HAIKU, "t", "f")


@pytest.mark.parametrize(
    "hostile",
    ['#read("/etc/hostname")', "$x^2$", "@preview/a:1.0.0", "*b* _i_ `c`", "<l> [c] {k}", "\\ // /* a", "= heading", "- item", '"]}'],
)  # fmt: skip
def test_what_is_typed_is_letters_and_never_markup(hostile: str) -> None:
    plain = "".join("n" if char.isalnum() else char for char in hostile)
    whole, letters = card(hostile), card(plain)
    assert ink(whole) > 0.5 * ink(letters), "some of it was not printed"
    assert whole.height == letters.height


def test_a_line_that_fits_is_never_broken_and_a_longer_one_is() -> None:
    def tall(line: str) -> int:
        return card("\n".join([line] * 9)).height

    short, full, long = "a short line of verse", "sixteen words fit on " * 4, "wandering " * 20
    assert tall(full) <= tall(short), "it is set wider or smaller"
    assert tall(long) > 1.4 * tall(short)


def test_a_word_of_two_hundred_letters_stays_on_the_card() -> None:
    image = card("a" * 200)
    assert image.width < 1800
    margin = image.crop((image.width - 60, 0, image.width, image.height))
    assert ink(margin) == 0


def test_many_stanzas_are_set_side_by_side() -> None:
    one, eight = card(STANZA), card("\n\n".join([STANZA] * 8))
    assert eight.width > 1.3 * one.width
    assert eight.height < 5 * one.height


def test_short_lines_of_chinese_stand_upright_from_right_to_left() -> None:
    upright, level = card(WUJUE), card(WUJUE.replace("\n", "") + "\nrain")
    assert upright.height > level.height
    longer = card(WUJUE.replace("空山新雨后，", "空山新雨后山空，"))
    right = longer.width * 2 // 3
    lower = longer.height * 3 // 5, longer.height * 4 // 5
    assert ink(longer.crop((right, lower[0], longer.width, lower[1]))) > 0, (
        "the first line is the column on the right"
    )


def test_scripts_mix_and_a_title_leaves_out_what_no_font_has() -> None:
    mixed = "Привет — γειά\nこんにちは 世界 hello"
    assert ink(card(mixed)) > 0
    assert poem_card(HAIKU, "a fox 🦊", "x") == poem_card(HAIKU, "a fox", "x")


@pytest.mark.parametrize("text", ["a 🦊", "שלום", "नमस्ते"])
def test_a_character_that_no_font_has_is_named_in_one_sentence(text: str) -> None:
    with pytest.raises(UnprintableError, match=r"^No font here has the character “.” \(U\+[0-9A-F]+\)\.$"):
        poem_card(text)


@pytest.mark.parametrize("text", ["", "   \n \n", "\u200b\u202e", "\x00"])
def test_a_text_of_nothing_has_no_card(text: str) -> None:
    with pytest.raises(UnprintableError, match="There is nothing to put on a page"):
        poem_card(text, "a title")


def test_a_text_of_three_thousand_lines_has_no_card() -> None:
    with pytest.raises(TooLongError, match=f"{MOST_LINES} lines at most"):
        poem_card("a\n" * 1400)
    with pytest.raises(TooLongError, match="characters at most"):
        poem_card("a line\n" * 3000)
    assert issubclass(TooLongError, PageError)


def test_invisible_characters_are_not_printed_and_not_refused() -> None:
    assert poem_card("ra\u200bin\u202e\ufe0f\r\nfalls") == poem_card("rain\nfalls")


def test_marks_heaped_on_a_letter_are_a_few() -> None:
    assert poem_card("b" + "\u0301" * 2_000) == poem_card("b" + "\u0301" * 4) != poem_card("b")


def test_a_poem_of_one_word_and_one_of_sixty_lines_both_fit() -> None:
    assert card("Rain.").size == (860, 500)
    tall = card("\n".join(f"line {n} of a long poem" for n in range(MOST_LINES)))
    assert tall.height < 5000


def test_without_the_chinese_font_chinese_is_refused_and_the_rest_has_its_card(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "HAN_PACKAGE", "no_such_package")
    fonts.covered.cache_clear()
    try:
        with pytest.raises(UnprintableError, match="No font here has the character “空”"):
            poem_card(WUJUE)
        colours = {colour for _, colour in card(HAIKU, "秋 dusk").getcolors(1 << 20) or []}
    finally:
        fonts.covered.cache_clear()
    assert INK in colours
    assert RED not in colours, "the seal is a Chinese character"
