"""What a decoder is held to for one piece, as data: lines, their lengths and what they share. Torch-free, pure.

A form's plan is narrower than what its checker accepts: a limerick is written in 8-8-5-5-8, and 7 to 10 syllables pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Script = Literal["latin", "han"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line to write. Lines with one letter in `rhyme` rhyme with each other, strictly; "" rhymes with nothing.

    Letters differ where rhymes do: the lines of "a" and those of "b" do not rhyme with each other.
    """

    least: int  # syllables (latin) or characters (han), >= 1
    most: int
    rhyme: str = ""
    metre: str = ""  # "0101": where stress is wanted, a digit a syllable; a soft bias; "" none
    begins: str = ""  # the line's first letter, a capital A to Z
    ends_with: str = ""  # the line's last word, as written
    text: str = ""  # a line that is given whole, and is written as it is; `ends_with` is its last word
    must: tuple[str, ...] = ()  # words, or runs of words, that this line must hold; counted as first listed
    words: int = 1  # that it has, at least (latin)


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines of one piece, in order, and how they are written.

    `capitals`: lines begin with a capital; `final_stop`: the last line ends with a stop. A blank line goes before each of
    the lines in `breaks` (indices of `lines`). `nearness` is what a cosine with the theme, of all that is written so far, is worth beside a
    log-probability a token of each of its lines (latin; docs/writing.md). In a han plan every line is all
    characters; a comma (，) follows the odd ones and a stop (。) the even ones. `tones` (han) is a tonal pattern a line, soft: "平", "仄" or "中" a character.
    """

    script: Script
    lines: tuple[Line, ...]
    capitals: bool
    final_stop: bool
    breaks: tuple[int, ...] = ()
    tones: tuple[str, ...] = ()
    nearness: float = 4.0
