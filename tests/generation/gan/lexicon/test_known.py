"""The data that comes with the lexicon: all of it can be asked for, and it fits the captions it was made of."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from generation.forms.pictures import STYLES
from generation.gan.lexicon import build, everyday, styles
from generation.gan.lexicon import lexicon as here
from generation.gan.lexicon.caption import caption
from generation.gan.lexicon.known import Known
from generation.gan.lexicon.nearest import Neighbours, abstract, shown
from generation.gan.lexicon.plain import plain
from generation.gan.lexicon.reading import Reader
from generation.gan.lexicon.words import key

if TYPE_CHECKING:
    from generation.gan.lexicon import Lexicon
    from generation.gan.lexicon.known import Thing
    from generation.gan.text_encoder import Sentences

DATA = Path(here.__file__).parent / "known.json"
STYLE_OF = {
    "noto": "shaded", "twemoji": "simple", "fluent-flat": "flat", "fluent": "glossy", "fluent-3d": "3d",
    "pixel": "pixel art", "blob": "blob", "noto-v1": "rounded cartoon", "emojitwo": "smooth", "fxemoji": "muted",
    "streamline": "outlined",
}  # fmt: skip


@pytest.fixture(scope="module")
def known() -> Known:
    return Known.read(DATA)


@pytest.fixture(scope="module")
def reader(known: Known) -> Reader:
    return Reader(known)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    with lzma.open(build.CAPTIONS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def emoji(known: Known) -> dict[str, str]:
    return {drawn: thing.name for thing in known.things for drawn in thing.emoji}


def test_every_known_thing_is_understood_by_its_english_name_its_chinese_name_and_its_emoji(
    known: Known, reader: Reader
) -> None:
    def read(theme: str) -> tuple[Thing | None, tuple[str, ...]]:
        reading = reader.read(plain(theme, emoji(known)), "")
        return reading.thing, (*reading.said, *reading.colours, *filter(None, [reading.style]))

    misread = [
        (thing.name, theme)
        for thing in known.things
        for theme in (thing.name, thing.name.upper(), thing.zh[0], *thing.emoji)
        if read(theme) != (thing, ())
    ]
    assert misread == []


def test_every_family_and_palette_of_paintings_is_understood_in_both_languages(
    known: Known, reader: Reader
) -> None:
    for term in (*known.families, *known.palettes):
        for theme in (term.says, *term.words, *term.zh):
            reading = reader.read(plain(theme, {}), "oil")
            assert term.says in (reading.family, reading.palette, *reading.said), theme


def test_what_is_asked_for_in_a_style_is_word_for_word_a_caption_of_the_data(
    rows: list[dict[str, Any]], known: Known, reader: Reader
) -> None:
    names = {thing.name for thing in known.things}
    asked = 0
    for row in rows:
        if row["kind"] == "sticker" and row["name"] in names:
            reading = reader.read(plain(row["name"], {}), STYLE_OF[row["style"]])
            assert caption(reading) in row["en"], row["name"]
            asked += 1
    assert asked > 10_000


def test_the_captions_themselves_are_read_as_what_they_are_of(
    rows: list[dict[str, Any]], known: Known, reader: Reader
) -> None:
    thing_of = {drawn: thing for thing in known.things for drawn in thing.emoji}
    read = right = 0
    for row in rows[::17]:
        if row["kind"] != "sticker":
            continue
        drawn = "".join(chr(int(code, 16)) for code in row["concept"].split("-"))
        for said in (*row["en"][:6], *row["zh"]):
            read += 1
            right += reader.read(plain(said, {}), "").thing is thing_of[drawn]
    assert read > 5_000
    assert right / read > 0.995


def test_the_data_is_small(known: Known) -> None:
    assert DATA.stat().st_size < 1_000_000
    assert len(known.things) > 1_000
    assert sum(thing.seen for thing in known.things) < len(known.things)


def test_the_data_survives_being_written_and_read(known: Known, tmp_path: Path) -> None:
    known.write(tmp_path / "known.json")
    assert Known.read(tmp_path / "known.json") == known
    assert (tmp_path / "known.json").read_bytes() == DATA.read_bytes()


def test_the_vectors_are_those_of_the_names_by_the_encoder_that_is_served(
    known: Known, lexicon: Lexicon, sentences: Sentences
) -> None:
    for names, painting in ((shown(known), False), (abstract(known), True)):
        for name in names[:: len(names) // 5]:
            near = lexicon._neighbours.near(name, sentences, painting=painting)
            assert near.names[0] == name
            assert near.best == pytest.approx(1, abs=0.01)


def test_vectors_survive_being_written_as_bytes(known: Known, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    made = [
        rng.standard_normal((len(names), 384)).astype(np.float32) for names in (shown(known), abstract(known))
    ]
    unit = [vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in made]
    Neighbours(known, unit[0], unit[1]).write(tmp_path / "names.safetensors")
    again = Neighbours.read(tmp_path / "names.safetensors", known)
    assert np.abs((again._vectors[False] * unit[0]).sum(1) - 1).max() < 0.001


def test_everyday_words_lead_to_things_that_are_known(known: Known) -> None:
    names = {key(thing.name) for thing in known.things}
    assert {*everyday.THINGS.values(), *everyday.CHINESE_THINGS.values()} <= names


def test_the_words_for_styles_are_of_the_styles_on_offer() -> None:
    assert {*styles.ENGLISH.values(), *styles.CHINESE.values()} == STYLES.keys()
