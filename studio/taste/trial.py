"""Whether a candidate may serve, decided from votes: the statistics of trials, pure.

A *blind vote* shows two texts for one prompt, unlabelled; each member has one vote on each pair, and Wald's sequential
probability ratio test decides (Wald 1945): "no better" (the candidate is picked half of the time) against "better"
(`BETTER` of the time). A *quiet trial* gives half of the pieces to each and looks at the reactions, seldom, because every look
is another chance to be wrong: looked at every 10 votes and promoted at .95, 18 % of equal candidates would win.
`tests/studio/taste/test_trial.py` simulates both. *Alarms* take what serves back without a vote.

Both tests take votes for independent. Those of one member on one pair are counted once, newcomers have none, and before one
of the two has won or lost those of members who go along with each other weigh less (`studio.taste.collapse`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Outcome = Literal[
    "candidate", "incumbent", "undecided"
]  # which of the two is to serve, or that too few members say

EVEN, BETTER = (
    0.5,
    0.6,
)  # how often the candidate is picked where it is no better, and where it is worth serving
ALPHA = 0.05  # of candidates that are no better, so many may win
BETA = 0.20  # of candidates that are better, so many may lose
LEAST_VOTERS = 5  # as many as there must be to learn from: what one member likes is no server's taste
# two pairs say little of what wrote them, however many vote on these; and who goes along with whom shows on three at the least
LEAST_PAIRS = 5
FREELY, OTHERS_PER_OWN = 4, 3  # votes of one member that always count; beyond them one for so many of others
SETTLED_S = 7 * 86_400.0  # who came later than that has no say yet: a raid's accounts have come for it
PAIR_VOTES_LIMIT = 400  # between the two a walk can go on for ever: here it ends, and the incumbent stays
WIN_AT = math.log((1 - BETA) / ALPHA)
LOSE_AT = math.log(BETA / (1 - ALPHA))

LOOK_EVERY = 25
QUIET_LIMIT = 300
PROMOTE_AT = 0.99
ROLL_BACK_AT = 0.03
LEAST_PER_ARM = 40

WATCHED = 50  # the first outputs of a version that alarms look at
FLAGS_LIMIT = 2
BROKEN_SHARE = 0.05
SURELY = 0.01  # how unlikely so many broken outputs have to be for chance, were their share `BROKEN_SHARE`
REPEATED_BIGRAMS = 0.12  # of a text's, above which it is broken
LEAST_WORDS = 20  # a text of fewer may repeat what it likes


@dataclass(frozen=True, slots=True)
class PairVote:
    """One member's choice between the two texts of a pair. `weight`: in (0, 1], by whom they go along with."""

    pair: int | str
    member: int
    for_candidate: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ArmVote:
    """One member's opinion of one piece of a quiet trial, and which of the two wrote it."""

    creation: str
    member: int
    of_candidate: bool
    up: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """The votes on the pieces of one of the two."""

    up: int
    down: int

    @property
    def votes(self) -> int:
        """How many there are."""
        return self.up + self.down


@dataclass(frozen=True, slots=True)
class Output:
    """One piece of a version that serves: its text, and whether a moderator has said that it should not have been."""

    text: str
    flagged: bool = False


def settled(member_since: float | None, guild_since: float, now: float) -> bool:
    """Whether a member is no newcomer (Unix seconds; None: nobody knows), or was among the first: who made a server today tries it today."""
    if member_since is None or now - member_since >= SETTLED_S:
        return True
    return member_since - guild_since < SETTLED_S


def counted(votes: Iterable[PairVote]) -> tuple[int, int]:
    """For the candidate and for the incumbent: the first vote of each member on each pair. Of one member no more count than
    `FREELY`, or a third of what all others cast together: whoever presses most is not who decides.
    """
    kept = _kept(votes)
    won = sum(vote.for_candidate for vote in kept)
    return won, len(kept) - won


def weighed(votes: Iterable[PairVote]) -> tuple[float, float]:
    """As `counted`, by their weights: those of members who act as one are worth little more than one's."""
    kept = _kept(votes)
    won = sum(vote.weight for vote in kept if vote.for_candidate)
    return won, sum(vote.weight for vote in kept) - won


def _kept(votes: Iterable[PairVote]) -> list[PairVote]:
    first: dict[tuple[int | str, int], PairVote] = {}
    for vote in votes:
        first.setdefault((vote.pair, vote.member), vote)
    theirs: dict[int, list[PairVote]] = {}
    for vote in first.values():
        theirs.setdefault(vote.member, []).append(vote)
    return [
        vote
        for each in theirs.values()
        for vote in each[: max(FREELY, (len(first) - len(each)) // OTHERS_PER_OWN)]
    ]


def evidence(wins: float, losses: float) -> float:
    """The logarithm of how much likelier so many wins and losses are for a better candidate than for an equal one."""
    return wins * math.log(BETTER / EVEN) + losses * math.log((1 - BETTER) / (1 - EVEN))


def confirmed(outcome: Outcome, votes: Sequence[PairVote], voters: int) -> Outcome | None:
    """What is left of what the votes decided, once who goes along with whom is looked at: `votes` have their weights, `voters` are
    counted with those who act as one as one. Votes on fewer than `LEAST_PAIRS` decide nothing. None: go on.
    """
    over = sum(counted(votes)) >= PAIR_VOTES_LIMIT
    found, plain = evidence(*weighed(votes)), evidence(*counted(votes))
    holds = found >= WIN_AT if outcome == "candidate" else found <= LOSE_AT or (over and plain > LOSE_AT)
    if holds and voters >= LEAST_VOTERS and len({vote.pair for vote in votes}) >= LEAST_PAIRS:
        return outcome
    return "undecided" if over else None


def decided(wins: int, losses: int, voters: int) -> Outcome | None:
    """What the blind vote says after so many, cast by so many members; None: go on."""
    found = evidence(wins, losses)
    over = wins + losses >= PAIR_VOTES_LIMIT
    if voters < LEAST_VOTERS:
        return "undecided" if over else None
    if found >= WIN_AT:
        return "candidate"
    return "incumbent" if found <= LOSE_AT or over else None


def quietly_decided(votes: Sequence[ArmVote]) -> Outcome | None:
    """What a quiet trial says of its votes in the order in which they came; None: go on.

    It looks every `LOOK_EVERY` votes and at no other time, and what it said then stands. The last opinion of a member on
    a piece is theirs; it stands where the first one came.
    """
    opinions: dict[tuple[str, int], ArmVote] = {}
    for vote in votes:
        opinions[(vote.creation, vote.member)] = vote
    kept = list(opinions.values())[:QUIET_LIMIT]
    for seen in range(LOOK_EVERY, len(kept) + 1, LOOK_EVERY):
        candidate, incumbent = arms(kept[:seen])
        chance = better(candidate, incumbent)
        if len({vote.member for vote in kept[:seen]}) < LEAST_VOTERS:
            if chance <= ROLL_BACK_AT or seen >= QUIET_LIMIT:
                return "undecided"  # it writes no more of what a few dislike, and may be tried again
            continue
        enough = min(candidate.votes, incumbent.votes) >= LEAST_PER_ARM
        if enough and chance >= PROMOTE_AT:
            return "candidate"
        if chance <= ROLL_BACK_AT:
            return "incumbent"
    return "incumbent" if len(kept) >= QUIET_LIMIT else None


def arms(votes: Iterable[ArmVote]) -> tuple[Arm, Arm]:
    """The candidate's votes and the incumbent's."""
    tally = {True: [0, 0], False: [0, 0]}
    for vote in votes:
        tally[vote.of_candidate][not vote.up] += 1
    return Arm(*tally[True]), Arm(*tally[False])


def better(one: Arm, other: Arm) -> float:
    """Pr(`one` is liked more often than `other`), each like-rate with a uniform prior.

    Exact, for two Beta distributions with whole parameters: the sum in Evan Miller, "Formulas for Bayesian A/B
    Testing" (2014), equation 6.
    """
    a, b, c, d = one.up + 1, one.down + 1, other.up + 1, other.down + 1
    return sum(
        math.exp(_log_beta(c + i, b + d) - math.log(b + i) - _log_beta(1 + i, b) - _log_beta(c, d))
        for i in range(a)
    )


def alarm(outputs: Sequence[Output]) -> str | None:
    """Why a version has to be taken back at once, by its first outputs in their order; None where it has not.

    Two flags by moderators, or more than `BROKEN_SHARE` of empty or repetitive texts: more by so many that chance
    would do it in less than `SURELY` of such cases.
    """
    first = outputs[:WATCHED]
    flagged = sum(output.flagged for output in first)
    if flagged >= FLAGS_LIMIT:
        return f"moderators flagged {flagged} of its first {len(first)} pieces"
    failed = sum(is_broken(output.text) for output in first)
    if failed and chance_of(failed, len(first), BROKEN_SHARE) < SURELY:
        return f"{failed} of its first {len(first)} pieces were empty or went in circles"
    return None


def is_broken(text: str) -> bool:
    """Whether a text is empty, or says the same two words again and again."""
    words = text.casefold().split()
    if not words:
        return True
    pairs = list(pairwise(words))
    return len(words) >= LEAST_WORDS and 1 - len(set(pairs)) / len(pairs) > REPEATED_BIGRAMS


def chance_of(found: int, of: int, share: float) -> float:
    """Pr(at least `found` of `of`), where each is one with probability `share`."""
    return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(found, of + 1))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
