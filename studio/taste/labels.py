"""From votes to labels: how likely it is that a server likes a piece better than its average one, and how sure that is. Pure.

    votes ─▶ whose count ─▶ who goes along with whom ─▶ whom to believe ─▶ weights ─▶ P = Pr(θ > p̄) of each piece
             (age, bots)     (collapse)                  (reliability)      (and ripening, mass, leniency)

θ is how often the server likes the piece, with a Beta prior around p̄, its rate of likes on the whole. A moderator's no
settles it. Nothing of it is kept: every snapshot begins from the reactions that are there then.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.taste import collapse, reliability
from studio.taste.beta import above
from studio.taste.votes import Vote, meaning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

DAY_S = 86_400.0
NEW_S, NEW_WEIGHT = DAY_S, 0.0  # a raid's accounts have joined today
YOUNG_S, YOUNG_WEIGHT = 7 * DAY_S, 0.25  # and may have waited a little
HALF_LIFE_S = 90 * DAY_S  # a server's taste of a year ago counts a sixteenth
LEAST_VOTES, MOST_SHARE = (
    10.0,
    0.10,
)  # of all votes: from there on more votes of one member weigh no more together
LENIENCY_VOTES = (
    10.0  # so many votes at the server's own rate are taken to precede a member's: three 👍 are no character
)
LEAST_LENIENCY, MOST_LENIENCY = (
    0.5,
    2.0,
)  # what is rare from somebody says more; bounded, or one 👎 would decide
LEAST_RATE, MOST_RATE = (
    0.4,
    0.75,
)  # of likes: beyond these a piece nobody minds would be called disliked, or liked
PRIOR_VOTES = 2.0  # what is known of a piece before anybody voted
RATE_MARGIN = 0.05  # where all votes are alike, leniency divides by this and not by nothing
LEAST_CONFIDENCE = 0.2  # a label less sure says nothing, and is dropped

__all__ = ["LEAST_CONFIDENCE", "Label", "Reading", "Vote", "labels", "meaning", "read"]


@dataclass(frozen=True, slots=True)
class Label:
    """What the votes on a piece come to.

    `liked` is P in [0, 1], `confidence` |2P - 1|, and `voters` how many of them counted, those who act as one once.
    `flagged`: a moderator said no; then it is not liked, for certain, whatever the votes say.
    """

    creation: str
    liked: float
    confidence: float
    voters: int
    flagged: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether it says enough to learn from."""
        return self.flagged or self.confidence >= LEAST_CONFIDENCE


@dataclass(frozen=True, slots=True)
class Reading:
    """All labels, by creation; how many voters are behind them, those who act as one counted once; and who those are."""

    labels: tuple[Label, ...]
    voters: int
    cliques: tuple[frozenset[int], ...]


def labels(votes: Iterable[Vote], moderated: Collection[str], now: float) -> tuple[Label, ...]:
    """As `read`, without who voted."""
    return read(votes, moderated, now).labels


def read(votes: Iterable[Vote], moderated: Collection[str], now: float) -> Reading:
    """What `votes` come to, at `now` (Unix seconds): a label for each piece that a vote counts on or a moderator said no to.

    `moderated` are the creations to which one did. Of several votes of a member on a piece the newest counts.
    """
    cast = counted(votes)
    along = collapse.companions(cast)
    groups = collapse.cliques(cast, along)
    alone = collapse.weights(cast, along)
    believed = reliability.dawid_skene(cast, alone)
    heavy = _weights(cast, alone, believed, now)
    acting_as = {member: min(group) for group in groups for member in group}
    found = {label.creation: label for label in _labels(cast, heavy, acting_as)}
    for creation in moderated:
        there = found.get(creation)
        found[creation] = Label(creation, 0.0, 1.0, 0 if there is None else there.voters, flagged=True)
    behind = {
        acting_as.get(vote.member, vote.member)
        for vote, weight in zip(cast, heavy, strict=True)
        if weight > 0
    }
    return Reading(tuple(found[creation] for creation in sorted(found)), len(behind), groups)


def counted(votes: Iterable[Vote]) -> list[Vote]:
    """The newest vote of each member on each piece, where it counts at all, in a fixed order."""
    newest: dict[tuple[str, int], Vote] = {}
    for vote in votes:
        before = newest.get((vote.creation, vote.member))
        if before is None or vote.at >= before.at:
            newest[vote.creation, vote.member] = vote
    return [newest[key] for key in sorted(newest) if _standing(newest[key]) > 0]


def _standing(vote: Vote) -> float:
    """What the vote of such a member counts for: their age in the server is that at which they voted."""
    age = vote.at - vote.member_since
    if vote.is_bot or vote.is_requester or age < NEW_S:
        return NEW_WEIGHT
    return YOUNG_WEIGHT if age < YOUNG_S else 1.0


def _weights(
    cast: Sequence[Vote], alone: Sequence[float], believed: dict[int, float], now: float
) -> list[float]:
    """What each vote adds to its side: standing, company, belief, ripeness, mass and leniency together."""
    mass = sum(alone)
    rate = sum(vote.up * weight for vote, weight in zip(cast, alone, strict=True)) / mass if mass else 0.5
    safe = min(1 - RATE_MARGIN, max(RATE_MARGIN, rate))
    most = max(LEAST_VOTES, MOST_SHARE * len(cast))
    ups: dict[int, int] = defaultdict(int)
    all_of: dict[int, int] = defaultdict(int)
    for vote in cast:
        ups[vote.member] += vote.up
        all_of[vote.member] += 1
    found = []
    for vote, company in zip(cast, alone, strict=True):
        own = (ups[vote.member] + LENIENCY_VOTES * safe) / (all_of[vote.member] + LENIENCY_VOTES)
        lenient = (1 - own) / (1 - safe) if vote.up else own / safe
        found.append(
            _standing(vote)
            * company
            * reliability.weight(believed[vote.member])
            * min(1.0, most / all_of[vote.member])
            * 2.0 ** (-max(0.0, now - vote.at) / HALF_LIFE_S)
            * min(MOST_LENIENCY, max(LEAST_LENIENCY, lenient))
        )
    return found


def _labels(cast: Sequence[Vote], heavy: Sequence[float], acting_as: dict[int, int]) -> list[Label]:
    total = sum(heavy)
    likes = sum(weight for vote, weight in zip(cast, heavy, strict=True) if vote.up)
    rate = min(MOST_RATE, max(LEAST_RATE, likes / total if total else 0.5))
    up: dict[str, float] = defaultdict(float)
    down: dict[str, float] = defaultdict(float)
    voters: dict[str, set[int]] = defaultdict(set)
    for vote, weight in zip(cast, heavy, strict=True):
        if weight > 0:
            (up if vote.up else down)[vote.creation] += weight
            voters[vote.creation].add(acting_as.get(vote.member, vote.member))
    found = []
    for creation, behind in voters.items():
        liked = above(rate, PRIOR_VOTES * rate + up[creation], PRIOR_VOTES * (1 - rate) + down[creation])
        found.append(Label(creation, liked, abs(2 * liked - 1), len(behind)))
    return found
