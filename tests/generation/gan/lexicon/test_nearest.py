"""Near and far: things that training left out against words for nothing visible. These figures chose the threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.gan.lexicon.lexicon import STICKER_INSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generation.gan.lexicon import Lexicon
    from generation.gan.text_encoder import Sentences

NOTHING_VISIBLE = """
justice inflation democracy syntax quarterly bureaucracy philosophy liability policy efficiency
algorithm governance ethics theory tomorrow nevertheless although perhaps ambiguity metaphysics
semantics taxation legislation jurisdiction hypothesis correlation methodology strategy stakeholder
compliance deadline productivity synergy leverage ideology capitalism irony sarcasm nostalgia
rhetoric grammar etymology probability statistics entropy causality relativity integral derivative
eigenvalue topology axiom theorem paradox infinity subjunctive inference regression subscription
refund warranty invoice mortgage pension dividend audit bankruptcy insurance lawsuit treaty
referendum amendment constitution senate parliament embargo tariff sanction recession austerity
monopoly bandwidth latency throughput compiler recursion polymorphism inheritance abstraction
middleware deployment refactoring authentication encryption protocol firmware kubernetes javascript
reliability scalability backlog sprint retrospective onboarding feedback appraisal promotion
resignation unemployment seniority tenure citation bibliography footnote appendix paragraph adverb
pronoun consonant vowel dialect accent translation ambition integrity patience obligation permission
consent privacy sovereignty citizenship diplomacy neutrality symmetry duration frequency magnitude
velocity viscosity solubility catalysis oxidation asdfgh qwerty zxcvb blorpt fnord lorem ipsum dolor
xyzzy hjkl wibble grzz
"""


def share_inside(lexicon: Lexicon, sentences: Sentences, words: Iterable[str]) -> float:
    near = [lexicon._neighbours.near(word, sentences, painting=False) for word in words]
    return sum(one.group >= STICKER_INSIDE for one in near) / len(near)


def test_most_things_that_training_left_out_lie_inside(lexicon: Lexicon, sentences: Sentences) -> None:
    left_out = [thing.name for thing in lexicon.known.things if not thing.seen]
    assert len(left_out) > 100
    assert share_inside(lexicon, sentences, left_out) > 0.93  # 0.951 when this was written


def test_most_words_for_nothing_visible_lie_outside(lexicon: Lexicon, sentences: Sentences) -> None:
    assert share_inside(lexicon, sentences, NOTHING_VISIBLE.split()) < 0.12  # 0.097 when this was written


def test_what_was_asked_before_is_remembered_without_the_encoder(
    lexicon: Lexicon, sentences: Sentences
) -> None:
    def never(captions: object) -> None:
        raise AssertionError(captions)

    near = lexicon._neighbours.near("a walrus", sentences, painting=False)
    assert lexicon._neighbours.near("a walrus", never, painting=False) == near  # type: ignore[arg-type]
