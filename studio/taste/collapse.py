"""Members who act as one: how far each goes along with which others, and what their votes count for then. Pure.

It looks at times, at what was voted on, and at how: two who vote on the same pieces, say the same, and do so within the half
hour, again and again, go along with each other. Nobody is accused of anything by it: friends who read together are a little
of that, and lose a little of their weight; accounts that one hand moves are all of it, and come to about one voter. This has
to come before anything that learns whom to believe (`studio.taste.reliability`), which would believe a brigade most of all.

What each constant does to honest friends and to brigades: `python -m bench.taste.labelling`, and docs/taste.md.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from studio.taste.votes import Vote

TOGETHER_S = (
    1800.0  # votes so close are together: brigades that take ten minutes, or half an hour, are found alike
)
LEAST_TOGETHER = 3  # fewer are chance, whoever they are
DOUBT = 4.0  # votes that are not there, counted as apart: eight shared ones may come to two thirds at most
ORDINARY = 0.15  # so far people who read in one channel may go along with each other and lose nothing by it
SHARPNESS = 1.5  # two who are all along come to 0.71 voters, six to 0.41; with 1, six still moved a server of 300 votes by 5 points
# From here on moderators are told: so much of what a pair's shared pieces can show at most. Friends who like the same things and
# always read within the hour, half of the time side by side, come to .78 of it.
CLIQUE = 0.8
CLIQUE_SHARED = 8  # on fewer pieces nobody is named

Companions = dict[tuple[int, int], float]  # (the smaller member's id, the larger) -> (0, 1]


def companions(votes: Collection[Vote]) -> Companions:
    """How far two members go along with each other, from 0 (left out) to 1, for every two who do.

    It is their agreement beyond a coin's, times the larger of two: how much more often they are together than the times at
    which each of them comes to pieces makes likely; and how much more often they come to the same pieces than two who do
    not know each other, as far as they are together there. The first finds accounts that come hours later in one rush, the
    second accounts that all sit and wait for a piece, as honest readers may do, but not always for the same ones.
    """
    by_member: dict[int, dict[str, Vote]] = defaultdict(dict)
    by_piece: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_member[vote.member][vote.creation] = vote
        if vote.timed:
            by_piece[vote.creation].append(vote)
    delays = {
        member: sorted(vote.at - vote.made_at for vote in theirs.values() if vote.timed)
        for member, theirs in by_member.items()
    }
    pieces = len({vote.creation for vote in votes})
    found: Companions = {}
    for (one, other), together in _together(by_piece).items():
        if together < LEAST_TOGETHER:
            continue
        a, b = by_member[one], by_member[other]
        shared = [(a[creation], b[creation]) for creation in a if creation in b]
        timed = sum(x.timed and y.timed for x, y in shared)
        agreeing = 2 * sum(x.up == y.up for x, y in shared) / len(shared) - 1
        likely = _likely_together(delays[one], delays[other])
        in_rushes = _beyond(together, likely * timed, timed)
        in_choice = _beyond(len(shared), len(a) * len(b) / pieces, min(len(a), len(b)))
        along = max(0.0, agreeing) * max(in_rushes, in_choice * together / timed)
        if along > ORDINARY:
            found[one, other] = (along - ORDINARY) / (1 - ORDINARY)
    return found


def weights(votes: Sequence[Vote], along: Mapping[tuple[int, int], float]) -> tuple[float, ...]:
    """What each vote counts for, in (0, 1]: less, the more of those who said the same of the piece go along with its member."""
    same: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for vote in votes:
        same[vote.creation, vote.up].append(vote.member)
    found = []
    for vote in votes:
        others = same[vote.creation, vote.up]
        company = sum(along.get(_two(vote.member, other), 0.0) for other in others if other != vote.member)
        found.append((1 + company) ** -SHARPNESS)
    return tuple(found)


def cliques(
    votes: Collection[Vote], along: Mapping[tuple[int, int], float] | None = None
) -> tuple[frozenset[int], ...]:
    """Those who act as one, for moderators to look at: groups in which each goes along with another by `CLIQUE` or more of what so
    many shared pieces can show (`DOUBT`).
    """
    along = companions(votes) if along is None else along
    seen: dict[int, set[str]] = defaultdict(set)
    for vote in votes:
        seen[vote.member].add(vote.creation)
    groups: list[set[int]] = []
    for (one, other), much in sorted(along.items()):
        shared = len(seen[one] & seen[other])
        if shared < CLIQUE_SHARED or much < CLIQUE * shared / (shared + DOUBT):
            continue
        touched = [group for group in groups if one in group or other in group]
        groups = [group for group in groups if group not in touched] + [{one, other}.union(*touched)]
    return tuple(frozenset(group) for group in sorted(groups, key=min))


def _together(by_piece: Mapping[str, list[Vote]]) -> Counter[tuple[int, int]]:
    """How often two members' votes on a piece lie within `TOGETHER_S`."""
    counts: Counter[tuple[int, int]] = Counter()
    for votes in by_piece.values():
        votes.sort(key=lambda vote: vote.at)
        for n, vote in enumerate(votes):
            for later in votes[n + 1 :]:
                if later.at - vote.at > TOGETHER_S:
                    break
                counts[_two(vote.member, later.member)] += 1
    return counts


def _likely_together(one: Sequence[float], other: Sequence[float]) -> float:
    """How often two would be together who come so long after a piece is made, one regardless of the other. Both sorted."""
    near = sum(
        bisect_right(other, delay + TOGETHER_S) - bisect_left(other, delay - TOGETHER_S) for delay in one
    )
    return near / (len(one) * len(other))


def _beyond(found: float, expected: float, most: float) -> float:
    """How far `found` lies from what chance gives to the most that there can be; 0 at chance and below."""
    return max(0.0, found - expected) / (max(0.0, most - expected) + DOUBT)


def _two(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)
