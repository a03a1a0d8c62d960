"""How often English words stand in the project's public-domain texts: `words.tsv`, and the command that counted them.

    python -m generation.lm.search.corpus DIRECTORY > generation/lm/search/words.tsv

counts the poems, stories and scenes (`*.jsonl.gz`, a record with a `text` a line) in DIRECTORY. A line is a word that
CMUdict lists and how often it stands there in lower case; a name is written with a capital, counted inside a line.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
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


def corpus_counts() -> Mapping[str, int]:
    """Every word of `words.tsv` and its count."""
    text = resources.files("generation.lm.search").joinpath("words.tsv").read_text(encoding="utf-8")
    return {word: int(count) for word, count in (line.split("\t") for line in text.splitlines())}


def counted(directory: Path) -> dict[str, int]:
    """Count the texts in `directory`; the most frequent first."""
    words: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for source in SOURCES:
        with gzip.open(directory / f"{source}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                text = json.loads(line)["text"]
                words.update(_LOWER.findall(text))
                names.update(_NAME.findall(text))
    listed = set(known_words())
    found = {word: count for word, count in words.items() if count >= LEAST and word in listed}
    found |= {
        name: count
        for name, count in names.items()
        if count >= LEAST_NAME and name.lower() in listed and count > 4 * words[name.lower()]
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def main() -> None:
    for word, count in counted(Path(sys.argv[1])).items():
        print(f"{word}\t{count}")  # noqa: T201 - the command's output


if __name__ == "__main__":
    main()
