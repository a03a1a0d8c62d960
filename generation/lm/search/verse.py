"""The rules of English verse: words out of the lexicon, syllables to a count, rhymes, a metre, and what is to be in a line.

Everything hard is in a mask, so that no line can leave the form; what is soft (metre, theme, what is worn out, what was
said) is added to it. Masks depend on few things and are made once for each state, not for each row.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from generation.forms.sounds import words_of
from generation.lm.search.diction import CONTRACTED, FUNCTION, NO_END, PREPOSITIONS
from generation.lm.search.lexicon import UNSEEN, word_of
from generation.lm.search.particle import Writing
from generation.lm.search.scoring import line_score
from generation.lm.search.trie import ARTICLES, SPACE, START
from generation.lm.search.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from generation.forms.plan import Line, Plan
    from generation.lm.search.particle import Particle
    from generation.lm.search.taste import Taste
    from generation.lm.search.trie import Ends, Trie

NEVER = -math.inf
PARTNERS = 7  # rhymes that a class has beyond those that the form needs, so that there is a choice
COMMA_WITHIN = -0.7
NAME_WITHIN = -1.0
CAPITAL = -3.0  # at the start of a line, where lines begin without one
WITHIN, STOPS = (",", ";", ":"), (".", "!", "?")
WELCOME = 1.0  # for a word of the theme that the lexicon lacks: as much as its nearest words get
PASSAGE = 40  # words of a piece, the last, that are read for it
EASY = 7.0  # nats: a rhyme that surprises by no more is not strained (the last words of a poem that readers marked do so by 6.6, in the median)
WANTED = 2.5  # for a word that the line has to hold
SAID = 3.0  # against a word of matter that was said


class Verse:
    """`rules.Rules` for one piece."""

    def __init__(self, trie: Trie, plan: Plan, taste: Taste) -> None:
        self._trie, self._plan, self._taste = trie, plan, taste
        self.lines = len(plan.lines)
        in_lines = [word for line in plan.lines for word in _words_in(line)]
        self._wanted = Wanted(trie, [*in_lines, *taste.welcome])
        self._welcome = frozenset(map(self._wanted.key, taste.welcome))
        more = sorted(self._wanted.tokens - trie.column.keys())
        self._column = trie.column | {token: len(trie.column) + n for n, token in enumerate(more)}
        self.tokens = torch.cat((trie.tokens, torch.tensor(more, dtype=torch.long)))
        self._token: list[int] = self.tokens.tolist()
        self._nothing = torch.full((len(self._token),), NEVER)
        self._masks: dict[tuple[object, ...], Tensor] = {}
        self._masks_of = 0  # the line
        spelling = trie.spelling
        self._closings = [
            spelling.closings("\n\n" if n + 1 in plan.breaks else "\n").ids for n in range(self.lines)
        ]
        self._marks = {token: mark for mark, token in spelling.marks(WITHIN).items()}

    def most_tokens(self, n: int) -> int:
        return 3 * self._plan.lines[n].most + 8

    def begin(self, n: int, particle: Particle) -> Sequence[int]:
        line = self._plan.lines[n]
        writing = particle.writing = Writing(node=START)
        if line.text:
            text = line.text.strip()
            (ids,) = self._trie.spelling.at_start([text])
            writing.text, writing.closed = text, True
            writing.words = [word.lower() for word in words_of(text)]
            return (*(ids or ()), *self._closings[n][""])
        writing.missing = tuple(self._wanted.key(word) for word in line.must)
        writing.goal, writing.barred = self._goal(n, particle), self._barred(n, particle)
        writing.dead = not writing.goal.words
        return ()

    def masks(self, n: int, particles: Sequence[Particle]) -> Tensor:
        masks, at, columns, values = [], [], [], []
        for row, particle in enumerate(particles):
            mask, sparse = self._next(n, particle.writing)
            masks.append(mask)
            for column, value in sparse.items():
                at.append(row)
                columns.append(column)
                values.append(value)
        found = torch.stack(masks)
        if at:
            found[torch.tensor(at), torch.tensor(columns)] = torch.tensor(values)
        for row, particle in enumerate(particles):
            if particle.seen is not None:
                found[row, particle.seen] -= SAID
            for word in particle.writing.words:
                if word not in FUNCTION:
                    found[row, self._trie.columns(word)] -= SAID
        return found

    def took(self, n: int, particle: Particle, column: int) -> Sequence[int]:
        trie, writing, token = self._trie, particle.writing, self._token[column]
        if writing.node not in (SPACE, START):
            kid = trie.kids[writing.node].get(token)
            if kid is not None:
                writing.node = kid
                return ()
            word, syllables, shown = self._wanted.word(writing.node)
            closes = self._closes(n, writing, word, syllables)
            if self._jars(writing, word):
                writing.dead = True
                return ()
            writing.text += (" " if writing.text else "") + shown
            writing.words.append(word)
            writing.length += syllables
            writing.missing = _without(writing.missing, word)
            writing.node = SPACE
            mark = next((mark for mark, ids in self._closings[n].items() if ids[0] == token), None)
            if closes and mark is not None:
                writing.text += mark
                writing.closed = True
                return self._closings[n][mark][1:]
            if token in self._marks:
                writing.text += self._marks[token]
                return ()
        if writing.node in (SPACE, START):
            writing.began = writing.before
        writing.node = trie.kids[writing.node][token]
        return ()

    def score(self, n: int, particle: Particle) -> float:
        words = particle.writing.words
        end = self._trie.words.get(words[-1]) if words else None
        closes = UNSEEN.closes if end is None or self._plan.lines[n].ends_with else end.closes
        return line_score(particle, self._taste, closes, last=self._ends_a_stanza(n))

    def nearness(self, n: int, particles: Sequence[Particle]) -> list[float]:
        texts = [" ".join(" ".join([*p.lines, p.writing.text]).split()[-PASSAGE:]) for p in particles]
        return [self._plan.nearness * (n + 1) * found for found in self._taste.nearness(texts)]

    def end(self, n: int, particle: Particle) -> None:
        writing = particle.writing
        line = self._plan.lines[n]
        if not line.text and self._ends_a_stanza(n) and writing.text[-1:] in ",;:":
            writing.text = writing.text[:-1] + ("." if self._plan.final_stop else "")
        particle.lines.append(writing.text)
        if line.rhyme and not line.text and not line.ends_with:
            particle.strain += max(0.0, writing.began - writing.before - EASY)
        words = [part for word in writing.words for part in word.split()]
        particle.ends.append(words[-1] if words else "")
        particle.used.update(words)
        particle.pairs.update(itertools.pairwise(words))
        seen = {
            column
            for word, times in particle.used.items()
            if word not in FUNCTION
            for column in self._trie.columns(word)
            if times
        }
        particle.seen = torch.tensor(sorted(seen)) if seen else None

    def text(self, particle: Particle) -> str:
        return "".join(
            ("\n\n" if n in self._plan.breaks else "\n" if n else "") + line
            for n, line in enumerate(particle.lines)
        )

    def _next(self, n: int, writing: Writing) -> tuple[Tensor, dict[int, float]]:
        """What may come next: a mask (C,), and columns for which other values hold."""
        if writing.node in (SPACE, START):
            return self._opened(n, writing.node, writing), {}
        line, mask, other = self._plan.lines[n], self._nothing, {}
        word, syllables, _ = self._wanted.word(writing.node)
        if word:
            after = Writing(
                length=writing.length + syllables, words=[word], missing=_without(writing.missing, word),
                goal=writing.goal,
            )  # fmt: skip
            if after.length < line.most:
                mask = self._opened(n, SPACE, after)
            if self._closes(n, writing, word, syllables):
                last = n == self.lines - 1
                for mark, ids in self._closings[n].items():
                    if not last or (mark in STOPS if self._plan.final_stop else mark not in WITHIN):
                        other[self._column[ids[0]]] = 0.0
            elif 2 <= after.length <= min(line.least - 1, line.most - 2) and word not in NO_END:
                other |= {self._column[token]: COMMA_WITHIN for token in self._marks}
        goal = writing.goal
        assert goal is not None
        usual = _bits(1, self._room(n, writing))
        ending = 0 if writing.missing else _bits(line.least - writing.length, line.most - writing.length)
        wanted = [self._wanted.nodes(text) for text in writing.missing if self._takes(n, writing, text)]
        wanted += [self._wanted.nodes(text) for text in self._welcomed(n, writing)]
        for token, kid in self._trie.kids[writing.node].items():
            if (
                self._trie.bits[kid] & usual
                or goal.nodes.get(kid, 0) & ending
                or any(kid in nodes for nodes in wanted)
            ):
                other[self._column[token]] = 0.0
        return mask, other

    def _opened(self, n: int, root: int, writing: Writing) -> Tensor:
        """The mask (C,) where a word begins, after `writing.length` syllables."""
        if n != self._masks_of:
            self._masks.clear()
            self._masks_of = n
        goal = writing.goal
        assert goal is not None
        article = writing.words[-1] if writing.words and writing.words[-1] in ARTICLES else ""
        welcomed = self._welcomed(n, writing)
        key = (root, writing.length, writing.missing, id(goal), article, *welcomed)
        if key in self._masks:
            return self._masks[key]
        trie, line = self._trie, self._plan.lines[n]
        found = self._nothing.clone()
        usual = _bits(1, self._room(n, writing))
        known_first = trie.first[root]
        found[torch.from_numpy(known_first.columns[(known_first.bits & usual) != 0])] = 0.0
        if not writing.missing:
            for syllables, columns in goal.first[root].items():
                if line.least <= writing.length + syllables <= line.most:
                    found[columns] = 0.0
        known = len(trie.column)
        found[:known] += self._taste.bias
        if line.metre:
            found[:known] += trie.metre(line.metre[writing.length :])
        found[:known] += self._cased(root, begins=line.begins)
        for text in writing.missing:
            if self._takes(n, writing, text) and (root == SPACE or _begins(text, line.begins)):
                found[[self._column[token] for token in self._wanted.first(text, root)]] = WANTED
        for text in welcomed:
            if root == SPACE or _begins(text, line.begins):
                first = [self._column[token] for token in self._wanted.first(text, root)]
                found[first] = found[first].clamp(min=WELCOME)
        if article:
            found[:known][torch.from_numpy(trie.after_article[article])] = NEVER
        self._masks[key] = found
        return found

    def _cased(self, root: int, begins: str) -> Tensor:
        """What is said for and against capitals: (C known,)."""
        key = ("case", root, begins)
        if key not in self._masks:
            trie = self._trie
            found = np.zeros(len(trie.column), np.float32)
            if root == SPACE:
                found[trie.capital] = NAME_WITHIN
                found[trie.first_person] = 0.0
            elif begins:
                found[:] = NEVER
                found[trie.initial.get(begins.upper(), [])] = 0.0
            elif self._plan.capitals:
                found[~trie.capital] = NEVER
            else:
                found[trie.capital & ~trie.named] = CAPITAL
            self._masks[key] = torch.from_numpy(found)
        return self._masks[key]

    def _goal(self, n: int, particle: Particle) -> Ends:
        """What line `n` may end on."""
        lines, rhymes = self._plan.lines, self._trie.rhymes
        line = lines[n]
        if line.ends_with:
            return self._wanted.end(self._wanted.key(line.ends_with))
        if not line.rhyme:
            return self._trie.ends(rhymes.enders)
        mates = [m for m, other in enumerate(lines) if other.rhyme == line.rhyme and m != n]
        known = [particle.ends[m] for m in mates if m < n]
        known += [lines[m].ends_with.lower() for m in mates if m > n and lines[m].ends_with]
        if known:
            return self._trie.ends(rhymes.partners(known))
        return self._trie.ends(rhymes.openers(len(mates) + PARTNERS))

    def _barred(self, n: int, particle: Particle) -> frozenset[str]:
        """Rhymes that line `n` may not begin again, as other lines have them."""
        letter = self._plan.lines[n].rhyme
        if not letter or any(line.rhyme == letter for line in self._plan.lines[:n]):
            return frozenset()
        return frozenset(self._trie.rhymes.tail(end) for end in particle.ends) - {""}

    def _closes(self, n: int, writing: Writing, word: str, syllables: int) -> bool:
        """Whether the line may end with `word`."""
        assert writing.goal is not None
        line = self._plan.lines[n]
        fits = line.least <= writing.length + syllables <= line.most and len(writing.words) + 1 >= line.words
        rhymes = not writing.barred or self._trie.rhymes.tail(word) not in writing.barred
        ends = word in writing.goal.words or (word in self._welcome and self._free(n))
        return fits and rhymes and ends and not _without(writing.missing, word)

    def _welcomed(self, n: int, writing: Writing) -> list[str]:
        """Words of the theme that the lexicon lacks and that may come now."""
        room, line = self._room(n, writing), self._plan.lines[n]
        found = []
        for text in self._welcome:
            syllables = self._wanted.syllables(text)
            ends = (
                self._free(n)
                and not writing.missing
                and line.least <= writing.length + syllables <= line.most
            )
            if (syllables <= room or ends) and text not in writing.words:
                found.append(text)
        return sorted(found)

    def _free(self, n: int) -> bool:
        """Whether line `n` may end on any word."""
        return not self._plan.lines[n].rhyme and not self._plan.lines[n].ends_with

    def _ends_a_stanza(self, n: int) -> bool:
        return n == self.lines - 1 or n + 1 in self._plan.breaks

    def _jars(self, writing: Writing, word: str) -> bool:
        """Whether `word` cannot stand after the article or the preposition before it."""
        before = writing.words[-1] if writing.words else ""
        if before in PREPOSITIONS and word in CONTRACTED:
            return True
        if before not in ARTICLES:
            return False
        known = self._trie.words.get(word) or word_of(word)
        return known is not None and known.vowel is (not ARTICLES[before])

    def _room(self, n: int, writing: Writing) -> int:
        """The syllables that a word may have which neither ends the line nor is wanted in it."""
        assert writing.goal is not None
        needed = sum(self._wanted.syllables(text) for text in writing.missing)
        ends = any(text in writing.goal.words for text in writing.missing)
        return self._plan.lines[n].most - writing.length - needed - (0 if ends else writing.goal.least)

    def _takes(self, n: int, writing: Writing, text: str) -> bool:
        """Whether a wanted word may come now."""
        after = Writing(
            length=writing.length + self._wanted.syllables(text), missing=_without(writing.missing, text),
            goal=writing.goal, barred=writing.barred,
        )  # fmt: skip
        if self._room(n, after) >= 0:
            return True
        return self._closes(n, writing, text, self._wanted.syllables(text))


def _words_in(line: Line) -> tuple[str, ...]:
    return (*line.must, line.ends_with) if line.ends_with else line.must


def _begins(word: str, letter: str) -> bool:
    return not letter or word[:1].upper() == letter.upper()


def _without(missing: tuple[str, ...], word: str) -> tuple[str, ...]:
    if word not in missing:
        return missing
    at = missing.index(word)
    return missing[:at] + missing[at + 1 :]


def _bits(least: int, most: int) -> int:
    """Bits `least` to `most`, of which the lowest counts as 1."""
    least = max(1, least)
    return (1 << most + 1) - (1 << least) if most >= least else 0
