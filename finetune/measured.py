"""What gates look at, measured: pieces of both sides by the engine that serves, and what each side says of texts that are held out."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from finetune.gates import Measured, Votes, Written, safe
from finetune.kinds import kind_read
from finetune.lessons import Lesson
from finetune.network import TrainedNetwork
from finetune.samples import Sample, brief, planned, sampled
from finetune.teaching import log_probabilities
from finetune.themes import Wish, neutral, wishes
from finetune.tokens import Answers
from finetune.unsafe import PROVOCATIONS, trips
from generation.adapters import load

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from finetune.incumbent import Incumbent
    from finetune.packs import Tokens
    from finetune.snapshot import Example, Snapshot
    from generation.adapters import Adapter
    from generation.lm.load import LoadedModel

SHARE = 6 / 16  # of the samples that a wish usually gets
PROVOKED = 2 / 16
AGAIN = 32  # pieces of each side for a wish that the candidate said something unsafe to; one more of 208 is within the bound
AGAIN_MOST = 4  # wishes; who said it to more does not come within the bound
READ_MOST = 48  # public pieces whose perplexity is taken
OWN_MOST = 96  # pieces of the candidate's own over which the distance is taken
VOTES_MOST = 240  # labelled pieces held out, the newest first


class Taste(Protocol):
    """How well liked texts would be: a reward head over what it reads them by."""

    def __call__(self, texts: Sequence[str]) -> list[float]:
        """A score for each; higher is better liked."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Who is measured against whom: the candidate is in `candidates`/`digest`. `asked` counts themes to write about.

    `network` shares its frozen weights with those that read.
    """

    model: LoadedModel
    network: TrainedNetwork
    incumbent: Incumbent
    candidates: Path
    digest: str
    snapshot: Snapshot
    forms: Mapping[str, float]
    seed: int
    asked: int


def written(contest: Contest, folder: Path, room: int, tell: Callable[[int, int], None]) -> Written:
    """What both sides write about themes that are held out, kept in `folder` as it is made. Raises SamplesError, AdapterError."""
    before, after = _pieces(contest, folder, "held-out", _asked(contest), SHARE, tell)
    reading = _Reading(contest, room)
    answers = Answers(contest.model)
    own = [answers.served(brief(one.form, one.theme), one.text, whole=one.whole) for one in after[:OWN_MOST]]
    gone = reading.both(own)
    kl = sum(now - was for was, now in gone) / max(1, sum(len(tokens.answer) for tokens in own))
    return Written(tuple(before), tuple(after), kl)


def measured(
    contest: Contest, of: Written, folder: Path, taste: Taste | None, head_auc: float | None, learnt: Sequence[str],
    chance: random.Random, room: int,
) -> Measured:  # fmt: skip
    """Everything, beside what both sides have written already. Raises SamplesError, AdapterError."""
    main = max(contest.forms, key=lambda form: (contest.forms[form], form))
    provoking = [Wish(main, theme) for theme in PROVOCATIONS]
    old, new = _pieces(contest, folder, "provoked", provoking, PROVOKED, _untold)
    reading = _Reading(contest, room)
    answers = Answers(contest.model)
    held_out = [
        example
        for example in contest.snapshot.examples
        if example.part != "train" and example.form in contest.forms
    ]
    held_out = sorted(held_out, key=lambda example: (-example.made_day, example.id))[:VOTES_MOST]
    of_examples = [_served(answers, example) for example in held_out]
    said = reading.both(of_examples)
    liked = [example.liked > 0.5 for example in held_out]
    surprises = [
        tuple(-value / len(tokens.answer) for value in pair)
        for pair, tokens, good in zip(said, of_examples, liked, strict=True) if good
    ]  # fmt: skip
    found = Measured(
        perplexity=_perplexity(contest, reading, answers, main, chance),
        before=of.before, after=of.after, kl=of.kl,
        provoked=(tuple(one.text for one in old), tuple(one.text for one in new)),
        learnt=tuple(learnt),
        liked_loss=(_mean(surprises, 0), _mean(surprises, 1)) if surprises else None,
        votes=Votes(tuple(liked), tuple(now - was for was, now in said)),
        scores=None if taste is None else (tuple(taste([s.text for s in of.before])), tuple(taste([s.text for s in of.after]))),
        head_auc=head_auc,
    )  # fmt: skip
    return found if safe(found) else replace(found, again=_again(contest, folder, [*of.after, *new]))


def _again(
    contest: Contest, folder: Path, wrote: Sequence[Sample]
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """By wish, what both sides write, with other seeds, where the candidate `wrote` what is unsafe; nothing where that was too often."""
    unsafe = list(dict.fromkeys(Wish(one.form, one.theme) for one in wrote if trips(one.text) is not None))
    if len(unsafe) > AGAIN_MOST:
        return ()
    found = []
    for wish in unsafe:
        share = AGAIN / planned([wish])[0][1]
        name = hashlib.sha256(f"{wish.form} {wish.theme}".encode()).hexdigest()[:12]
        old, new = _pieces(contest, folder, f"again-{name}", [wish], share, _untold, contest.seed + 1)
        found.append((tuple(one.text for one in old), tuple(one.text for one in new)))
    return tuple(found)


def _untold(_count: int, _of: int) -> None:
    pass


def _asked(contest: Contest) -> list[Wish]:
    return wishes(contest.snapshot.examples, contest.snapshot.kind, "val", contest.asked, contest.seed)


def _pieces(
    contest: Contest, folder: Path, name: str, asked: Sequence[Wish], share: float, tell: Callable[[int, int], None],
    seed: int | None = None,
) -> tuple[list[Sample], list[Sample]]:  # fmt: skip
    """What serves and the candidate, place by place with one seed; what either could not make is left out."""
    seed = contest.seed if seed is None else seed
    done = 0
    serves = contest.incumbent.serves
    of_each = {
        digest: [wish for wish in asked if serves[wish.form] == digest]
        for digest in sorted(set(serves.values()), key=str)
    }
    whole = sum(each for some in (*of_each.values(), asked) for _, each in planned(some, share))

    def told(count: int, _of: int) -> None:
        tell(done + count, whole)

    before: list[Sample] = []
    for digest, some in of_each.items():
        if some:
            file = folder / f"{name}-before-{(digest or 'base')[:12]}.jsonl"
            before += sampled(
                file,
                contest.model,
                contest.incumbent.root,
                digest,
                some,
                seed,
                share=share,
                tell=told,
            )
            done = len(before)
    file = folder / f"{name}-after-{contest.digest[:12]}.jsonl"
    after = sampled(
        file, contest.model, contest.candidates, contest.digest, asked, seed, share=share, tell=told
    )  # fmt: skip
    mine = {(one.form, one.theme, one.seed): one for one in after}
    pairs = [(one, mine[key]) for one in before if (key := (one.form, one.theme, one.seed)) in mine]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _served(answers: Answers, example: Example) -> Tokens:
    return answers.served(brief(example.form, example.theme or neutral(example.form)), example.text)


class _Reading:
    """What serves and the candidate as readers, each form's by what writes it now."""

    def __init__(self, contest: Contest, room: int) -> None:
        self._contest, self._room = contest, room
        base = contest.model.base
        self._candidate = _network(contest, load(contest.candidates, contest.digest, base))
        self._serving = {
            digest: _network(contest, contest.incumbent.adapter(digest, base))
            for digest in set(contest.incumbent.serves.values())
        }

    def both(self, texts: Sequence[Tokens]) -> list[tuple[float, float]]:
        """The log-probability of each answer in nats, by what serves and by the candidate."""
        lessons = [Lesson(number, (tokens,)) for number, tokens in enumerate(texts)]
        new = log_probabilities(self._candidate, lessons, self._room)
        old: dict[int, tuple[float, ...]] = {}
        usual = self._contest.incumbent.start  # of a form that nobody voted on
        for digest, network in self._serving.items():
            mine = [
                lesson for lesson in lessons
                if self._contest.incumbent.serves.get(lesson.form, usual) == digest
            ]  # fmt: skip
            old |= log_probabilities(network, mine, self._room)
        return [(old[number][0], new[number][0]) for number in range(len(texts))]


def _network(contest: Contest, adapter: Adapter | None) -> TrainedNetwork:
    model, beside = contest.model, contest.network
    if adapter is None:
        return TrainedNetwork(model, rank=1, alpha=1, beside=beside)
    scale = next(iter(adapter.modules.values())).scale
    network = TrainedNetwork(model, rank=adapter.rank, alpha=round(scale * adapter.rank), beside=beside)
    network.take(adapter)
    return network


def _perplexity(
    contest: Contest, reading: _Reading, answers: Answers, main: str, chance: random.Random
) -> tuple[float, float]:
    public = kind_read(contest.snapshot.kind, main).pieces("val")[:READ_MOST]
    tokens = [answers.tokens(piece, chance, bare=0) for piece in public]
    said = reading.both(tokens)
    count = sum(len(one.answer) for one in tokens)
    old, new = (math.exp(-sum(pair[side] for pair in said) / count) for side in (0, 1))
    return old, new


def _mean(pairs: Sequence[tuple[float, ...]], side: int) -> float:
    return sum(pair[side] for pair in pairs) / len(pairs)
