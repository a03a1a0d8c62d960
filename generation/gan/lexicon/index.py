"""Where each word and phrase leads, in English and Chinese: looked up longest first, and the surest meaning first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generation.gan.lexicon import colours, everyday, stops, styles
from generation.gan.lexicon.words import key, singular, stems, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generation.gan.lexicon.known import Known, Term
    from generation.gan.lexicon.words import Token

Kind = Literal[
    "thing", "keyword", "quality", "colour", "style", "family", "palette", "phrase", "painting", "stop"
]

_READ = ("english", "chinese")

# a theme that says one of these means an abstract painting
_PAINTING = (
    "abstract",
    "abstract art",
    "abstract painting",
    "abstract picture",
    "抽象",
    "抽象画",
    "抽象艺术",
)
# and these, where it names no thing
_ART = ("painting", "paintings", "art", "artwork", "painted", "canvas", "绘画", "一幅画", "艺术")


@dataclass(frozen=True, slots=True)
class Sense:
    """What a word stands for: in the English of captions, `word`; where it leads to a thing, `name` is that one's."""

    kind: Kind
    word: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Tokens [start, end) of a theme that mean something; None where nothing is known of them."""

    start: int
    end: int
    sense: Sense | None
    alternative: Sense | None = None  # a colour that is also a thing: "orange"


class Index:
    """Two readings of the same words: as things on stickers, or as what abstract paintings show."""

    def __init__(self, known: Known) -> None:
        self._colours = _joined(
            {word: Sense("colour", colour) for word, colour in colours.ENGLISH.items()},
            {word: Sense("colour", colour) for word, colour in colours.CHINESE.items()},
        )
        small = {word: Sense("stop", word) for word in (*stops.ENGLISH, *stops.GROUNDS)}
        chinese_small = {word: Sense("stop", word) for word in stops.CHINESE}
        styled = _joined(
            {word: Sense("style", name) for word, name in styles.ENGLISH.items()},
            {word: Sense("style", name) for word, name in styles.CHINESE.items()},
        )
        art = {word: Sense("painting", word) for word in _PAINTING} | {
            word: Sense("stop", "art") for word in _ART
        }
        common = _joined(small, chinese_small, art)
        names, plurals = _things(known)
        keywords = _keywords(known)
        self._things = (names, self._colours, styled, plurals, _qualities(), common, keywords)
        self._terms = tuple(_terms(known))
        self._paintings = (*self._terms, self._colours, styled, common, names, plurals, keywords)
        self._longest = max(
            len(word) if not word[0].isascii() else word.count(" ") + 1
            for tables in (self._things, self._paintings)
            for table in tables
            for word in table
        )

    def find(self, theme: Sequence[Token], *, painting: bool) -> list[Found]:
        """All of `theme` from left to right, the longest phrase first; each token lies in one of the answers."""
        found = self._all(theme, 0, len(theme), self._paintings if painting else self._things)
        if painting:
            found = [part for piece in found for part in self._parts(theme, piece)]
        return _without_stray_characters(theme, found)

    def _all(
        self, theme: Sequence[Token], start: int, end: int, tables: Sequence[dict[str, Sense]]
    ) -> list[Found]:
        found: list[Found] = []
        at = start
        while at < end:
            found.append(self._at(theme[:end], at, tables))
            at = found[-1].end
        return found

    def _parts(self, theme: Sequence[Token], piece: Found) -> list[Found]:
        """A thing of several words, which paintings do not show, word by word where they know each: ocean waves."""
        if piece.sense is None or piece.sense.kind not in ("thing", "keyword"):
            return [piece]
        parts = self._all(theme, piece.start, piece.end, self._terms)
        return parts if all(part.sense is not None for part in parts) else [piece]

    def _at(self, theme: Sequence[Token], at: int, tables: Sequence[dict[str, Sense]]) -> Found:
        most = 0
        while most < self._longest and at + most < len(theme) and theme[at + most].script in _READ:
            most += 1
        for size in range(most, 0, -1):
            words = [token.text for token in theme[at : at + size]]
            english = all(token.script == "english" for token in theme[at : at + size])
            spellings = _spellings(words) if english else ("".join(words),)
            for table in tables:
                for spelled in spellings:
                    if sense := table.get(spelled):
                        return Found(at, at + size, sense, self._colours.get(spelled))
            for verb in stems(words[0]) if english and size == 1 else ():
                if sense := tables[-1].get(verb):
                    return Found(at, at + size, sense)
        return Found(at, at + 1, None)


def _spellings(words: Sequence[str]) -> tuple[str, ...]:
    """As written, in the singular, and two words written together."""
    plural = tuple(singular(word) for word in words)
    together = ("".join(words), "".join(plural)) if len(words) == 2 and words[0] not in stops.ENGLISH else ()
    return (" ".join(words), " ".join(plural), *together)


def _without_stray_characters(theme: Sequence[Token], found: list[Found]) -> list[Found]:
    """Single Chinese characters beside unknown ones are pieces of an unknown word: no horse in 奥巴马."""
    out = []
    for at, piece in enumerate(found):
        sense = piece.sense
        alone = piece.end - piece.start == 1 and theme[piece.start].script == "chinese"
        if sense is None or not alone or sense.kind == "stop":
            out.append(piece)
            continue
        beside = [found[there] for there in (at - 1, at + 1) if 0 <= there < len(found)]
        stray = any(other.sense is None and theme[other.start].script == "chinese" for other in beside)
        out.append(Found(piece.start, piece.end, None) if stray else piece)
    return out


def _things(known: Known) -> tuple[dict[str, Sense], dict[str, Sense]]:
    """Names, everyday names and Chinese ones as they are written; and English ones in the singular."""
    by_key = {key(thing.name): thing.name for thing in known.things}
    table: dict[str, Sense] = {}
    for names in (
        ((key(thing.name), thing.name) for thing in known.things),
        ((chinese(thing.zh[0]), thing.name) for thing in known.things),
        ((said, by_key[what]) for said, what in everyday.THINGS.items()),
        ((said, by_key[what]) for said, what in everyday.CHINESE_THINGS.items()),
        ((key(name), thing.name) for thing in known.things for name in thing.also),
        ((chinese(name), thing.name) for thing in known.things for name in thing.zh[1:]),
    ):
        for said, name in names:
            # beside another thing it is told by the word itself, if captions have it: "a cat, sad", not "a cat, pensive face"
            word = everyday.CHINESE_QUALITIES.get(said) or (said if said in known.means else name)
            if said:
                table.setdefault(said, Sense("thing", word.casefold(), name))
    return table, _singulars(table)


def _singulars(table: dict[str, Sense]) -> dict[str, Sense]:
    out: dict[str, Sense] = {}
    for said, sense in table.items():
        if said[0].isascii():
            words = [singular(word) for word in said.split()]
            out.setdefault(" ".join(words), sense)
            if len(words) == 2 and len(said) > 6:
                out.setdefault("".join(words), sense)
    return out


def _keywords(known: Known) -> dict[str, Sense]:
    english = {word: Sense("keyword", word, name) for word, name in known.means.items()}
    zh = {
        chinese(word): Sense("keyword", name.casefold(), name)
        for word, name in known.zh_means.items()
        if name
    }
    return _joined(_singulars(english) | english, {said: sense for said, sense in zh.items() if said})


def _qualities() -> dict[str, Sense]:
    return {
        said: Sense("quality", what)
        for said, what in (everyday.QUALITIES | everyday.CHINESE_QUALITIES).items()
    }


def _terms(known: Known) -> Iterator[dict[str, Sense]]:
    """Families, palettes, phrases, and the words that phrases end in."""
    yield _of_terms("family", known.families)
    yield _of_terms("palette", known.palettes)
    yield _of_terms("phrase", known.phrases)
    heads: dict[str, Sense] = {}
    for term in known.phrases:
        heads.setdefault(singular(key(term.says).rpartition(" ")[2]), Sense("phrase", term.says))
    yield {word: sense for word, sense in heads.items() if word not in {*_ART, *stops.ENGLISH}}


def _of_terms(kind: Literal["family", "palette", "phrase"], terms: Sequence[Term]) -> dict[str, Sense]:
    table: dict[str, Sense] = {}
    for term in terms:
        for said in (key(term.says), *term.words, *map(chinese, term.zh)):
            if said:
                table.setdefault(said, Sense(kind, term.says))
    for said, sense in list(table.items()):
        if said[0].isascii():
            table.setdefault(said.removeprefix("a "), sense)
    return table | {said: sense for said, sense in _singulars(table).items() if said not in table}


def chinese(name: str) -> str:
    """A Chinese name as it is looked up: "T恤" is "t恤"; "" where it has anything but letters in it."""
    found = tokens(name.casefold())
    return "".join(token.text for token in found) if all(token.script in _READ for token in found) else ""


def _joined(*tables: dict[str, Sense]) -> dict[str, Sense]:
    """One table of several; the first that has a word decides."""
    out: dict[str, Sense] = {}
    for table in tables:
        for said, sense in table.items():
            out.setdefault(said, sense)
    return out
