"""How often English words stand, and close a phrase, in the project's public-domain texts: `words.tsv`, and the command
that counted them.

    python -m generation.lm.search.corpus DIRECTORY > generation/lm/search/words.tsv

counts the poems, stories and scenes (`*.jsonl.gz`, a record with a `text` a line) in DIRECTORY. A line is a word that
CMUdict lists, how often it stands there in lower case, and how often of these a mark or the end of a verse comes after it;
a name is written with a capital, counted inside a line.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from generation.forms.sounds import known_words

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES = ("poems", "stories", "scenes")
LEAST, LEAST_NAME = 3, 12
_LOWER = re.compile(r"(?<![A-Za-z'])[a-z]+(?:'[a-z]+)?(?![A-Za-z'])")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}(?![A-Za-z'])")
_CLOSES = re.compile(r"(?:[,.;:!?]|\s*(?:--|—|\n|\Z))")  # after a word; a line's break only of verse
_WRAPPED = re.compile(r"(?<!\n)\n(?!\n)")  # a break within a paragraph of prose, which says nothing
USUAL_CLOSING, AS_MANY = 0.3, 10  # what is believed of a word before any is counted, and how firmly


@dataclass(frozen=True, slots=True)
class Counted:
    """A word's `count`, and of these those that are `closing` a phrase."""

    count: int
    closing: int

    @property
    def closes(self) -> float:
        """The share of phrases among its uses that it closes, in [0, 1]: of nouns about a half, of adjectives that want
        their noun a tenth; of words that were seldom seen about what is usual.
        """
        return (self.closing + USUAL_CLOSING * AS_MANY) / (self.count + AS_MANY)


def corpus_counts() -> Mapping[str, Counted]:
    """Every word of `words.tsv` and what was counted of it."""
    text = resources.files("generation.lm.search").joinpath("words.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {word: Counted(int(count), int(closing)) for word, count, closing in rows}


def counted(directory: Path) -> dict[str, Counted]:
    """Count the texts in `directory`; the most frequent first."""
    words: Counter[str] = Counter()
    names: Counter[str] = Counter()
    closing: Counter[str] = Counter()
    for source in SOURCES:
        with gzip.open(directory / f"{source}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                text = json.loads(line)["text"]
                if source != "poems":
                    text = _WRAPPED.sub(" ", text)
                for pattern, seen in ((_LOWER, words), (_NAME, names)):
                    for word in pattern.finditer(text):
                        seen[word[0]] += 1
                        closing[word[0]] += _CLOSES.match(text, word.end()) is not None
    listed = set(known_words())
    found = {word: count for word, count in words.items() if count >= LEAST and word in listed}
    found |= {
        name: count
        for name, count in names.items()
        if count >= LEAST_NAME and name.lower() in listed and count > 4 * words[name.lower()]
    }
    return {
        word: Counted(count, closing[word])
        for word, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    }


def main() -> None:
    for word, found in counted(Path(sys.argv[1])).items():
        print(f"{word}\t{found.count}\t{found.closing}")  # noqa: T201 - the command's output


if __name__ == "__main__":
    main()
