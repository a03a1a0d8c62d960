"""The rules of Chinese verse: a character is a syllable, lines are counted in characters, and some of them rhyme.

Tokens of one character or several may come up where they fill no more than the line; at its end only characters of the rhyme
in the level tone whose every reading is of that rhyme, so that it holds however one reads it. Tones within a line are soft.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import torch

from generation.forms.finals import HAN, readings
from generation.lm.search.particle import Writing
from generation.lm.search.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from generation.forms.plan import Plan
    from generation.lm.chat import Chat
    from generation.lm.search.particle import Particle

NEVER = -math.inf
LONGEST = 4  # characters of a token; longer ones are names and slogans
LEAST_RHYMES = 24  # characters of a rhyme that a poem may begin
OFF_TONE = 0.4  # in logits, for each character of the other tone than the pattern has
SAID = 3.0
WANTED = 3.0
COPIED = 8.0
WORST = 0.25
AGAIN = 0.5
# written forms that no poem needs: counters, latin abbreviations in Chinese, functional particles of prose
PROSE = "的了们吗呢吧啊哦呀啦嘛們嗎個个这這那您"


class Characters:
    """The tokens of one model that are nothing but Chinese characters. Columns stand for them, in their order."""

    def __init__(self, chat: Chat) -> None:
        tokens = Tokens(chat, ())
        found = {
            token: text
            for piece, token in chat.vocabulary().items()
            if any(HAN.match(char) for char in piece)
            and (text := tokens.text(token)) is not None
            and len(text) <= LONGEST
            and all(HAN.fullmatch(char) for char in text)
            and not any(char in PROSE for char in text)
        }
        self.tokens = torch.tensor(list(found), dtype=torch.long)  # (C,)
        self.texts = list(found.values())
        self.lengths = np.array([len(text) for text in self.texts])  # (C,)
        self.tones = [tuple(_tone(char) for char in text) for text in self.texts]
        self.rhymes = np.array(
            [_rhyme(text[-1]) for text in self.texts]
        )  # (C,) the group of a level end, or ""
        self.spelling = tokens

    def with_end(self, group: str, without: frozenset[str]) -> NDArray[np.bool_]:
        """Columns (C,) that end in a rhyme of `group`, any for "", but on none of the characters `without`."""
        ends = (self.rhymes == group) if group else self.big
        found: NDArray[np.bool_] = ends & np.array([text[-1] not in without for text in self.texts])
        return found

    @functools.cached_property
    def big(self) -> NDArray[np.bool_]:
        """Columns (C,) that end in a rhyme of which there are many."""
        counts = Counter(self.rhymes[self.lengths == 1].tolist())
        many = {group for group, count in counts.items() if group and count >= LEAST_RHYMES}
        found: NDArray[np.bool_] = np.array([group in many for group in self.rhymes.tolist()], bool)
        return found


@functools.lru_cache(maxsize=2)
def characters_of(chat: Chat) -> Characters:
    """Those of a model's tokenizer, made once in a process."""
    return Characters(chat)


class HanVerse:
    """`rules.Rules` for one piece of Chinese verse."""

    def __init__(self, characters: Characters, plan: Plan, shown: str) -> None:
        """`shown` is what the prompt shows of other poems, of which no three characters are to be copied."""
        self._characters, self._plan = characters, plan
        self._quoted = {shown[at : at + 3] for at in range(len(shown) - 2)}
        self._quotes = [(column, text) for column, text in enumerate(characters.texts) if text in shown]
        self.tokens = characters.tokens
        self.lines = len(plan.lines)
        self._masks: dict[tuple[object, ...], Tensor] = {}

    def most_tokens(self, n: int) -> int:
        return self._plan.lines[n].most + 1

    def begin(self, n: int, particle: Particle) -> Sequence[int]:
        particle.writing = Writing(missing=self._plan.lines[n].must)
        return ()

    def masks(self, n: int, particles: Sequence[Particle]) -> Tensor:
        found = torch.stack([self._mask(n, particle) for particle in particles])
        for row, particle in enumerate(particles):
            said = set("".join(particle.lines)) | set(particle.writing.text)
            again = [column for char in said for column in self._with_character(char)]
            found[row, again] -= SAID
            before = particle.writing.text[-2:]
            copied = [column for column, text in self._quotes if self._copies(before + text)]
            found[row, copied] -= COPIED
        return found

    def took(self, n: int, particle: Particle, column: int) -> Sequence[int]:
        writing, text = particle.writing, self._characters.texts[column]
        writing.text += text
        writing.words.append(text)
        writing.length += len(text)
        writing.missing = tuple(word for word in writing.missing if word not in writing.text)
        if writing.length < self._plan.lines[n].most:
            return ()
        writing.closed = True
        return self._characters.spelling.spelt(self._close(n), begins=False)

    def score(self, n: int, particle: Particle) -> float:  # noqa: ARG002 - all lines alike
        writing = particle.writing
        said = set("".join(particle.lines))
        again = sum(char in said for char in writing.text) + len(writing.text) - len(set(writing.text))
        return writing.mean + WORST * writing.worst - AGAIN * again

    def nearness(self, n: int, particles: Sequence[Particle]) -> list[float]:  # noqa: ARG002 - nobody here reads Chinese
        return [0.0] * len(particles)

    def end(self, n: int, particle: Particle) -> None:  # noqa: ARG002 - all lines alike
        particle.lines.append(particle.writing.text)
        particle.ends.append(particle.writing.text[-1:])

    def text(self, particle: Particle) -> str:
        said = "".join(line + self._close(n) for n, line in enumerate(particle.lines))
        return said.rstrip("\n")

    def _close(self, n: int) -> str:
        """What follows line `n`: a comma after an odd one, a stop and a new line after an even one."""
        return "。\n" if n % 2 or n == self.lines - 1 else "，"

    def _mask(self, n: int, particle: Particle) -> Tensor:
        """What may come next, (C,)."""
        line, writing, found = self._plan.lines[n], particle.writing, self._characters
        group, ends = self._group(n, particle)
        key = (n, writing.length, writing.missing, group, ends)
        if key in self._masks:
            return self._masks[key].clone()
        left = line.most - writing.length
        free = 1 if line.rhyme else 0  # what is wanted does not stand where the rhyme does
        fits = found.lengths <= left
        if writing.missing:
            fits = found.lengths <= left - free - sum(len(word) for word in writing.missing)
        elif line.rhyme:
            fits &= (found.lengths < left) | found.with_end(group, ends)
        mask = np.full(len(found.texts), NEVER, np.float32)
        mask[fits] = 0.0
        mask += self._toned(n, writing.length)
        for word in writing.missing:
            begun = _begun(writing.text, word)
            goes_on = self._beginning(word[begun:])
            if begun:  # it is not left half-way
                mask[:] = NEVER
            mask[goes_on] = np.where(found.lengths[goes_on] <= left - free, WANTED, NEVER)
            if begun:
                break
        if not writing.missing:
            self._masks[key] = torch.from_numpy(mask)
        return torch.from_numpy(mask).clone()

    def _group(self, n: int, particle: Particle) -> tuple[str, frozenset[str]]:
        """The rhyme that line `n` has to have, "" for any, and the characters that it may not end on."""
        letter = self._plan.lines[n].rhyme
        ends = [particle.ends[m] for m in range(n) if letter and self._plan.lines[m].rhyme == letter]
        return (_rhyme(ends[0]) if ends else ""), frozenset(ends)

    def _toned(self, n: int, at: int) -> NDArray[np.float32]:
        key = ("tones", n, at)
        if key not in self._masks:
            pattern = self._plan.tones[n][at:] if n < len(self._plan.tones) else ""
            off = [
                sum(
                    wanted in "平仄" and tone not in ("", wanted)
                    for tone, wanted in zip(tones, pattern, strict=False)
                )
                for tones in self._characters.tones
            ]
            self._masks[key] = torch.tensor(off, dtype=torch.float32) * -OFF_TONE
        found: NDArray[np.float32] = self._masks[key].numpy()
        return found

    @functools.lru_cache(maxsize=4096)  # noqa: B019 - a search is short-lived
    def _with_character(self, char: str) -> list[int]:
        return [column for column, text in enumerate(self._characters.texts) if char in text]

    def _copies(self, text: str) -> bool:
        return any(text[at : at + 3] in self._quoted for at in range(len(text) - 2))

    def _beginning(self, word: str) -> list[int]:
        """Columns of tokens that `word` begins with."""
        return [column for column, text in enumerate(self._characters.texts) if word.startswith(text)]


def _begun(text: str, word: str) -> int:
    """How many characters of `word`, from its first, `text` ends with."""
    return next((size for size in range(len(word) - 1, 0, -1) if text.endswith(word[:size])), 0)


@functools.lru_cache(maxsize=30_000)
def _rhyme(char: str) -> str:
    """The group in which a character rhymes in the level tone, however it is read; "" for none."""
    read = readings(char)
    return read[0][0] if read and len({group for group, _ in read}) == 1 and read[0][1] == "平" else ""


@functools.lru_cache(maxsize=30_000)
def _tone(char: str) -> str:
    """The tone of a character's usual reading."""
    read = readings(char)
    return read[0][1] if read else ""
