"""How English words sound: syllables, stress and rhyme, by the CMU Pronouncing Dictionary. Pure, torch-free.

CMUdict lists more than one pronunciation of many words ("every" has two syllables or three). What is asked *strictly*
here holds under each of them, so that a line scans and rhymes however one reads it. A word that CMUdict does not list has
a count of syllables by its spelling (`generation.forms.spelling`) and no sounds: it is never said to rhyme.

The dictionary is read at the first question (a fifth of a second, 40 MB) and kept.
"""

from __future__ import annotations

import lzma
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from generation.forms.spelling import syllables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DICTIONARY = Path(__file__).parent / "data" / "cmudict.dict.xz"
VARIANTS = 4  # CMUdict lists a word's other pronunciations as word(2) to word(4)
_WORD = re.compile(r"['’]?[^\W\d_]+(?:['’][^\W\d_]+)*['’]?|\d[\w.,]*")
_LETTERS = re.compile(r"[a-z]+")
_SIBILANTS = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})
# what an English syllable may begin with, beyond one consonant: "moonlight" is parted before its L, "applause" before P L
_CLUSTERS = frozenset(
    tuple(cluster.split())
    for cluster in [
        "P L",
        "P R",
        "P Y",
        "B L",
        "B R",
        "B Y",
        "T R",
        "T W",
        "D R",
        "D W",
        "K L",
        "K R",
        "K W",
        "K Y",
        "G L",
        "G R",
        "G W",
        "F L",
        "F R",
        "F Y",
        "V Y",
        "TH R",
        "TH W",
        "SH R",
        "M Y",
        "HH Y",
        "HH W",
        "S P",
        "S T",
        "S K",
        "S M",
        "S N",
        "S L",
        "S W",
        "S F",
        "S P L",
        "S P R",
        "S P Y",
        "S T R",
        "S K R",
        "S K W",
        "S K L",
        "S K Y",
        "N Y",
    ]
)
_VOICELESS = frozenset({"P", "T", "K", "F", "TH"})


@dataclass(frozen=True, slots=True)
class Sound:
    """One pronunciation of a word.

    `phones` are ARPAbet, with stress digits on vowels; `stress` has a digit a syllable: 0 none, 1 primary, 2 secondary.
    `tail` goes from the last stressed vowel to the end, without digits: what rhymes; `onset` are the consonants that its
    syllable begins with.
    """

    phones: tuple[str, ...]
    syllables: int
    stress: str
    tail: tuple[str, ...]
    onset: tuple[str, ...]

    @classmethod
    def of(cls, phones: tuple[str, ...]) -> Sound:
        """The sound of these phones, one vowel among them at least."""
        vowels = [i for i, phone in enumerate(phones) if phone[-1].isdigit()]
        stress = "".join(phones[i][-1] for i in vowels)
        at = next((i for i in reversed(vowels) if phones[i][-1] in "12"), vowels[-1])
        before = max((i + 1 for i in vowels if i < at), default=0)
        tail = tuple(phone.rstrip("012") for phone in phones[at:])
        while at - before > 1 and phones[before:at] not in _CLUSTERS:
            before += 1
        return cls(phones, len(vowels), stress, tail, phones[before:at])


@lru_cache(maxsize=1)
def _dictionary() -> Mapping[str, str]:
    """CMUdict as it is: a word, or word(2) and so on, to its phones in one string.

    `data/README.md` says where it is from.
    """
    with lzma.open(DICTIONARY, "rt", encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split(" ", 1) for line in lines)


def known_words() -> Iterator[str]:
    """Every word that CMUdict lists, in lower case, in its order; some have apostrophes, hyphens or full stops."""
    return (word for word in _dictionary() if not word.endswith(")"))


@lru_cache(maxsize=200_000)
def sounds(word: str) -> tuple[Sound, ...]:
    """Every pronunciation of `word` that CMUdict lists, the usual one first; () where it lists none.

    Possessives, -in' for -ing, -'d for -ed and contractions of a word with 'll, 'd or 've follow from it by rule.
    """
    plain = _plain(word)
    bare = plain.strip("'")
    return _listed(plain) or _listed(bare) or _derived(bare, dropped=plain.endswith("in'"))


@lru_cache(maxsize=200_000)
def counts(word: str) -> frozenset[int]:
    """The syllables that `word` may have: of all its sounds, else the one of the rule for words outside CMUdict.

    None for what is not a word of letters a to z (a number, another script).
    """
    if found := sounds(word):
        return frozenset(sound.syllables for sound in found)
    bare = _plain(word).strip("'")
    for ending, more in (("'s", 0), ("'ll", 1), ("'ve", 1), ("'d", 0)):
        if bare.endswith(ending):
            return frozenset(count + more for count in counts(bare.removesuffix(ending)))
    letters = bare.replace("'", "")
    if not _LETTERS.fullmatch(letters):
        return frozenset()
    if word.isupper() and len(letters) > 1 and not set(letters) & set("aeiouy"):
        return frozenset({sum(3 if letter == "w" else 1 for letter in letters)})  # spelt out: LGBT
    return frozenset({syllables(letters, _counts_listed)})


def words_of(line: str) -> list[str]:
    """The words of `line` as they are written, in order, without quotes and punctuation; numbers are words too.

    A hyphen parts two words. An apostrophe at an edge stays where CMUdict lists the word with it ('tis, nothin').
    """
    found = []
    for word in _WORD.findall(line):
        kept = word if _plain(word) in _dictionary() else word.strip("'’.,")
        found.append(kept)
    return found


def line_counts(line: str) -> frozenset[int]:
    """Every number of syllables that some choice of pronunciations gives `line`; empty where a word has no count."""
    totals = frozenset({0})
    for word in words_of(line):
        totals = frozenset(total + count for total, count in product(totals, counts(word)))
    return totals


def rhymes(a: str, b: str) -> bool:
    """Whether `a` and `b` rhyme under every pronunciation of both: one tail, and another onset before it.

    So a word does not rhyme with itself, nor with one that sounds the same (see, sea), nor does what CMUdict lacks.
    """
    pairs = list(product(sounds(a), sounds(b)))
    return bool(pairs) and all(left.tail == right.tail and left.onset != right.onset for left, right in pairs)


def may_rhyme(a: str, b: str) -> bool:
    """Whether two words rhyme under some pronunciation; words that sound alike do (see, sea), a word and itself do not."""
    if _plain(a) == _plain(b):
        return False
    return any(left.tail == right.tail for left, right in product(sounds(a), sounds(b)))


def partners(word: str, enough: int) -> int:
    """How many words of letters alone rhyme with `word`, strictly; no more than `enough` are looked for.

    0 for a word that CMUdict lacks, and for one whose pronunciations end differently (again, wind).
    """
    tails = {sound.tail for sound in sounds(word)}
    if len(tails) != 1:
        return 0
    vowel, *rest = tails.pop()
    ending = " ".join([rf"{vowel}\d", *(rf"{phone}\d?" for phone in rest)])
    same = re.compile(rf"(?:^|.* ){ending}")
    found: set[str] = set()
    for other, phones in _dictionary().items():
        if same.fullmatch(phones) and other.isalpha() and rhymes(word, other):
            found.add(other)
            if len(found) >= enough:
                break
    return len(found)


def _plain(word: str) -> str:
    """`word` as CMUdict writes one: in lower case, without accents, with straight apostrophes."""
    folded = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(char for char in folded if not unicodedata.combining(char))


def _listed(word: str) -> tuple[Sound, ...]:
    dictionary = _dictionary()
    entries = [dictionary.get(word), *(dictionary.get(f"{word}({n})") for n in range(2, VARIANTS + 1))]
    read = (tuple(entry.partition(" #")[0].split()) for entry in entries if entry)
    return tuple(Sound.of(phones) for phones in read if any(phone[-1].isdigit() for phone in phones))


def _counts_listed(word: str) -> frozenset[int]:
    return frozenset(sound.syllables for sound in _listed(word))


def _derived(bare: str, *, dropped: bool) -> tuple[Sound, ...]:
    """Sounds that follow from a listed word by a rule."""
    if dropped:
        return tuple(Sound.of((*sound.phones[:-1], "N")) for sound in _listed(bare + "g"))
    stem, apostrophe, ending = bare.rpartition("'")
    if not apostrophe:
        return ()
    if ending == "d" and (whole := _listed(f"{stem}ed")):  # dimm'd
        return whole
    return tuple(
        Sound.of(sound.phones + added)
        for sound in _listed(stem)
        if (added := _added(sound.phones[-1], ending))
    )


def _added(last: str, ending: str) -> tuple[str, ...]:
    """The phones of 's, 'll, 'd or 've after a word that ends in the phone `last`; none for another ending."""
    match ending:
        case "s" if last in _SIBILANTS:
            return ("AH0", "Z")
        case "s":
            return ("S",) if last in _VOICELESS else ("Z",)
        case "ll":
            return ("AH0", "L")
        case "ve":
            return ("AH0", "V")
        case "d":
            return (
                ("AH0", "D")
                if last in ("T", "D")
                else (("T",) if last in _VOICELESS | {"S", "SH", "CH"} else ("D",))
            )
    return ()


__all__ = [
    "Sound",
    "counts",
    "known_words",
    "line_counts",
    "may_rhyme",
    "partners",
    "rhymes",
    "sounds",
    "words_of",
]
