"""What English verse lets through, with the real tokenizer, and how its lines are weighed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import torch

from generation.forms.plan import Line, Plan
from generation.lm.search.corpus import corpus_counts
from generation.lm.search.lexicon import Rhymes, Word, word_of, working_words
from generation.lm.search.particle import Particle, Writing
from generation.lm.search.scoring import line_score
from generation.lm.search.taste import Taste
from generation.lm.search.trie import SPACE, START, trie_of
from generation.lm.search.verse import EASY, Verse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.lm.load import LoadedModel
    from generation.lm.search.trie import Trie


@pytest.fixture(scope="module")
def trie(model: LoadedModel) -> Trie:
    return trie_of(model.chat)


def far(texts: Sequence[str]) -> list[float]:
    return [0.0] * len(texts)


def written(trie: Trie, line: Line, *words: str) -> tuple[Verse, Particle]:
    """A particle that has written `words` of `line` and stands before the next."""
    verse = Verse(
        trie,
        Plan("latin", (line,), capitals=True, final_stop=True),
        Taste(torch.zeros(len(trie.tokens)), frozenset(), (), frozenset(), far),
    )
    particle = Particle(0)
    verse.begin(0, particle)
    particle.writing.words = list(words)
    particle.writing.length = len(words)
    particle.writing.node = SPACE if words else START
    return verse, particle


def said_for(verse: Verse, trie: Trie, particle: Particle, word: str, root: int) -> float:
    """What the mask says of the first token of `word`."""
    way = next(way for way in trie.paths[word] if way[0] == root)
    return float(verse.masks(0, [particle])[0, trie.column_of[way[1]]])


@pytest.mark.slow
def test_an_article_goes_with_the_sound_of_the_word_after_it(trie: Trie) -> None:
    for article, fits, jars in (
        ("a", ("cat", "house"), ("owl", "apple")),
        ("an", ("owl", "apple"), ("cat", "house")),
    ):
        verse, particle = written(trie, Line(9, 9), "in", article)
        assert all(said_for(verse, trie, particle, word, SPACE) > -math.inf for word in fits)
        assert all(said_for(verse, trie, particle, word, SPACE) == -math.inf for word in jars)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "word", "stands"), [("in", "it's", False), ("for", "it's", True), ("in", "its", True)]
)
def test_what_is_contracted_does_not_follow_a_preposition(
    trie: Trie, before: str, word: str, *, stands: bool
) -> None:
    verse, particle = written(trie, Line(6, 9), before)
    (way,) = [way for way in trie.paths[word] if way[0] == SPACE]
    particle.writing.node = way[-1]
    space = next(
        token
        for token in trie.kids[SPACE]
        if float(verse.masks(0, [particle])[0, trie.column[token]]) > -math.inf
    )
    verse.took(0, particle, trie.column[space])
    assert particle.writing.dead is not stands


@pytest.mark.slow
def test_a_line_has_as_many_words_as_it_is_to_have(trie: Trie) -> None:
    stop = trie.column[trie.spelling.closings("\n").ids["."][0]]
    for words, may_end in ((1, True), (2, False)):
        verse, particle = written(trie, Line(3, 9, words=words))
        particle.writing.node = next(way[-1] for way in trie.paths["afternoon"] if way[0] == START)
        assert (float(verse.masks(0, [particle])[0, stop]) > -math.inf) is may_end


@pytest.mark.slow
def test_a_wanted_word_does_not_begin_a_line_that_begins_with_another_letter(trie: Trie) -> None:
    verse, particle = written(trie, Line(6, 9, begins="S", must=("paper",)))
    assert said_for(verse, trie, particle, "paper", START) == -math.inf
    assert said_for(verse, trie, particle, "some", START) == -math.inf  # a capital is wanted
    verse, particle = written(trie, Line(6, 9, begins="P", must=("paper",)))
    assert max(
        verse.masks(0, [particle])[0, trie.column_of[way[1]]] for way in trie.paths["paper"] if way[0] == START
    ) > -math.inf  # fmt: skip


def test_words_know_how_often_a_phrase_ends_with_them() -> None:
    counts = corpus_counts()
    assert counts["every"].closes < counts["young"].closes < 0.2 < 0.4 < counts["tree"].closes
    assert all(0.0 <= seen.closes <= 1.0 and seen.closing <= seen.count for seen in counts.values())


def test_nothing_rhymes_on_a_word_that_wants_another_after_it_or_that_nobody_says() -> None:
    rhymes = Rhymes(working_words(set()), set())
    assert "tongue" in rhymes.partners(["hung"])
    assert "young" not in rhymes.partners(["hung"])
    assert "floor" in rhymes.partners(["door"])
    assert "yore" not in rhymes.partners(["door"])
    assert "every" not in rhymes.enders
    assert "past" in rhymes.partners(["fast"])
    assert "vast" not in rhymes.partners(["fast"])  # it closes a phrase in .23 of its uses


def test_words_that_seldom_close_a_phrase_rhyme_where_few_others_do() -> None:
    usual = {
        text: Word(text, 1, "1", "AY T", text[0], 100, 0.5, vowel=False) for text in ("kite", "site", "bite")
    }
    seldom = {"mite": Word("mite", 1, "1", "AY T", "m", 100, 0.2, vowel=False)}
    assert Rhymes(usual | seldom, set()).partners(["kite"]) == {"site", "bite", "mite"}
    more = {text: Word(text, 1, "1", "AY T", text[0], 100, 0.5, vowel=False) for text in ("night", "light")}
    assert Rhymes(usual | seldom | more, set()).partners(["kite"]) == {"site", "bite", "night", "light"}


def test_a_vowel_is_heard_and_not_read() -> None:
    heard = {text: word_of(text) for text in ("hour", "house", "unit", "under")}
    assert {text: word.vowel for text, word in heard.items() if word} == {
        "house": False,
        "unit": False,
        "under": True,
    }


def test_a_line_is_worth_less_where_it_ends_in_the_middle_and_where_it_says_nothing_new() -> None:
    taste = Taste(torch.zeros(0), frozenset(), (), frozenset(), far)
    particle = Particle(0, writing=Writing(words=["the", "old", "chair"], sum=-6.0, worst=-3.0, drawn=3))
    whole = line_score(particle, taste, 0.5, last=False)
    hanging = line_score(particle, taste, 0.1, last=False)
    assert whole > hanging > line_score(particle, taste, 0.1, last=True)
    particle.used.update(["old", "chair"])
    assert line_score(particle, taste, 0.5, last=False) < whole - 1.0


@pytest.mark.slow
def test_a_rhyme_is_strained_by_what_its_last_word_surprises_beyond_what_is_easy(trie: Trie) -> None:
    for rhyme, strain in (("a", 2.5), ("", 0.0)):
        verse, particle = written(trie, Line(5, 5, rhyme), "there", "is", "a", "fish")
        particle.writing.before = -9.0  # of what was drawn before this token
        column = trie.column_of[next(way for way in trie.paths["gown"] if way[0] == SPACE)[1]]
        verse.took(0, particle, column)
        assert particle.writing.began == -9.0
        particle.writing.before = -9.0 - EASY - 2.5  # and before the token that closes
        verse.end(0, particle)
        assert particle.strain == pytest.approx(strain)


@pytest.mark.slow
def test_a_word_of_the_theme_that_the_lexicon_lacks_may_come_where_it_fits(trie: Trie) -> None:
    assert "bot" not in trie.words
    taste = Taste(torch.zeros(len(trie.tokens)), frozenset(), ("bot",), frozenset(), far)

    def may_come(line: Line, length: int) -> bool:
        verse = Verse(trie, Plan("latin", (line, line), capitals=False, final_stop=False), taste)
        particle = Particle(0)
        verse.begin(0, particle)
        particle.writing.words, particle.writing.length, particle.writing.node = ["the"], length, SPACE
        (ids,) = trie.spelling.in_line(["bot"])
        assert ids is not None
        assert len(ids) == 1
        return float(verse.masks(0, [particle])[0, verse.tokens.tolist().index(ids[0])]) > -math.inf

    free, rhymed = Line(5, 5), Line(5, 5, rhyme="a")
    assert may_come(free, length=1)
    assert may_come(free, length=4)  # it may end a line that has no rhyme
    assert not may_come(free, length=5)
    assert may_come(rhymed, length=1)
    assert not may_come(rhymed, length=4)
