"""`python -m bench.taste.labelling`: what labels are worth, and what brigades and friends do to them, in seconds and without a model.

Pieces are points here: along one direction the server's taste lies, along another what a brigade wants (one piece in six has
it), and ten say nothing. A server of 25 votes, labels are made of it as in earnest (`studio.taste.labels`), a line is
fitted to them and picks the best of four of a thousand new pieces. `shift`: how many more of a hundred picks are as the brigade
wants them. docs/taste.md has the table; `tests/studio/taste/test_simulated.py` holds the most important of it.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from bench.taste.community import (
    BESIDE_S,
    FIRST_ACCOUNT,
    FIRST_FRIEND,
    FRIENDS,
    HOUR_S,
    LONG_AGO_S,
    Community,
    Reaction,
)
from bench.taste.community import friends as within_the_hour
from bench.taste.evidence import reading, votes
from studio.taste import collapse, labels
from studio.taste.evidence import evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

PIECES, NEW_THEMES, OF = 300, 300, 4
DIMENSIONS, TASTE, WANTED = 12, 0, 1
LIKED_SHARE, WANTED_SHARE = 0.2, 1 / 6
LIKED_FROM, WANTED_FROM = 0.84, 0.97  # standard deviations that so many lie above
ACCOUNTS = range(FIRST_ACCOUNT, FIRST_ACCOUNT + 6)
RIDGE, STEPS = 1.0, 20


@dataclass(frozen=True, slots=True)
class Server:
    """Pieces with where they lie (PIECES, DIMENSIONS), the chance that each is liked, when each was made, and the votes."""

    points: NDArray[np.float64]
    liked: list[float]
    made_at: list[float]
    reactions: list[Reaction]

    @property
    def wanted(self) -> list[int]:
        """The pieces that have what brigades want."""
        return [int(n) for n in np.flatnonzero(self.points[:, WANTED] > WANTED_FROM)]


@dataclass(frozen=True, slots=True)
class Rush:
    """A brigade of six. They lift `up` pieces and press down as many of `down`, within `within_s` of one another.

    `apart` of their votes come alone, `away` are not cast, `wrong` go astray; `camouflage` are honest ones on other pieces;
    `waiting`: they sit in the channel and vote as soon as a piece is there.
    """

    up: int = 30
    down: int = 30
    within_s: float = 300.0
    apart: float = 0.0
    away: float = 0.0
    wrong: float = 0.0
    camouflage: int = 0
    waiting: bool = False

    def reactions(self, server: Server, seed: int) -> list[Reaction]:
        chance = random.Random(f"rush {seed}")
        wanted, others = server.wanted, sorted(set(range(PIECES)) - set(server.wanted))
        up = chance.sample(wanted, min(self.up, len(wanted)))
        down = chance.sample(others, self.down)
        found = []
        for piece, lifted in [*((n, True) for n in up), *((n, False) for n in down)]:
            began = server.made_at[piece] + (0.0 if self.waiting else chance.uniform(HOUR_S, 48 * HOUR_S))
            for account in ACCOUNTS:
                if chance.random() >= self.away:
                    at = began + chance.uniform(0, self.within_s)
                    if chance.random() < self.apart:
                        at = server.made_at[piece] + chance.expovariate(1 / (12 * HOUR_S))
                    found.append(
                        Reaction(piece, account, lifted != (chance.random() < self.wrong), at, LONG_AGO_S)
                    )
        rest = sorted(set(others) - set(down))
        for account in ACCOUNTS:
            for piece in chance.sample(rest, self.camouflage):
                at = server.made_at[piece] + chance.expovariate(1 / (12 * HOUR_S))
                found.append(Reaction(piece, account, chance.random() < server.liked[piece], at, LONG_AGO_S))
        return found


RUSHES = {
    "five minutes": Rush(),
    "only up": Rush(down=0),
    "a dozen pieces": Rush(12, 12),
    "fifty pieces": Rush(50, 50),
    "a quarter of an hour": Rush(within_s=900.0),
    "half an hour": Rush(within_s=1800.0),
    "two hours": Rush(within_s=7200.0),
    "a fifth come alone": Rush(apart=0.2),
    "two fifths come alone": Rush(apart=0.4),
    "a third are away": Rush(away=0.3),
    "one in ten goes astray": Rush(wrong=0.1),
    "as many honest votes": Rush(down=0, camouflage=30),
    "twice as many honest votes": Rush(down=0, camouflage=60),
    "they wait for the piece": Rush(waiting=True),
}


@dataclass(frozen=True, slots=True)
class Friends:
    """Three who always like the same, miss one piece in seven, and read `together` of the time: within ten minutes, then."""

    together: float
    pieces: int = 60

    def reactions(self, server: Server, seed: int) -> list[Reaction]:
        chance = random.Random(f"friends {seed}")
        found = []
        for piece in chance.sample(range(PIECES), self.pieces):
            likes, beside = chance.random() < server.liked[piece], chance.random() < self.together
            began = server.made_at[piece] + chance.expovariate(1 / (12 * HOUR_S))
            for friend in range(FIRST_FRIEND, FIRST_FRIEND + FRIENDS):
                if chance.random() < 6 / 7:
                    alone = server.made_at[piece] + chance.expovariate(1 / (12 * HOUR_S))
                    at = began + chance.uniform(0, BESIDE_S) if beside else alone
                    found.append(Reaction(piece, friend, likes, at, LONG_AGO_S))
        return found


def server(seed: int, count: int, prompt: float = 0.0) -> Server:
    """A server with `count` votes; so many of its members as `prompt` says sit in the channel and vote within minutes."""
    points = np.random.default_rng(seed).normal(size=(PIECES, DIMENSIONS))
    liked, community = chances(points), Community()
    made_at = community.made_at(PIECES)
    chance = random.Random(f"prompt {seed}")
    waits = {member for member in range(community.voters) if chance.random() < prompt}
    reactions = [
        replace(one, at=made_at[one.creation] + chance.uniform(20, 400)) if one.member in waits else one
        for one in community.reactions(liked, count, seed)
    ]
    return Server(points, liked, made_at, reactions)


def chances(points: NDArray[np.float64]) -> list[float]:
    """How likely each point is to be liked: .05 to .95, steeply at the border of the taste."""
    return [float(0.05 + 0.9 / (1 + np.exp(-3 * (one - LIKED_FROM)))) for one in points[:, TASTE]]


def read(where: Server, more: Sequence[Reaction] = ()) -> labels.Reading:
    """What the server's votes come to, `more` among them."""
    return reading([*where.reactions, *more], where.made_at)


def votes_right(where: Server) -> float:
    """The share of single votes that are for a liked piece, or against one that is not."""
    return fmean(one.up == (where.liked[one.creation] > 0.5) for one in where.reactions)


def accuracy(where: Server, reading: labels.Reading) -> tuple[float, float]:
    """Of liked and of disliked pieces with a label that is kept: the share of right ones."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    for label in reading.labels:
        if label.is_kept:
            truth = where.liked[int(label.creation)] > 0.5
            right[truth].append((label.liked > 0.5) == truth)
    return fmean(right[True]), fmean(right[False])


def picked(where: Server, reading: labels.Reading, seed: int) -> tuple[float, float]:
    """Of what a line picks that is fitted to the labels: the share that is liked, and the share that brigades want."""
    kept = [label for label in reading.labels if label.is_kept]
    line = _fitted(
        where.points[[int(label.creation) for label in kept]],
        np.array([label.liked for label in kept]),
        np.array([label.confidence for label in kept]),
    )
    fresh = np.random.default_rng(10_000 + seed).normal(size=(NEW_THEMES, OF, DIMENSIONS))
    best = fresh[np.arange(NEW_THEMES), (fresh @ line).argmax(1)]
    return float((best[:, TASTE] > LIKED_FROM).mean()), float((best[:, WANTED] > WANTED_FROM).mean())


def shift(where: Server, more: Sequence[Reaction], seed: int) -> float:
    """By how many points `more` votes move the share of picks that are as a brigade wants them."""
    before, after = (picked(where, read(where, some), seed)[1] for some in ((), more))
    return 100 * (after - before)


def friends_left(where: Server, theirs: Sequence[Reaction]) -> tuple[float, bool]:
    """How many voters three friends count for, of 3, and whether they are named to moderators."""
    cast = labels.counted(votes([*where.reactions, *theirs], where.made_at))
    along = collapse.companions(cast)
    weighed = zip(cast, collapse.weights(cast, along), strict=True)
    named = any(member >= FIRST_FRIEND for group in collapse.cliques(cast, along) for member in group)
    return 3 * fmean(weight for vote, weight in weighed if vote.member >= FIRST_FRIEND), named


def _fitted(
    points: NDArray[np.float64], liked: NDArray[np.float64], sure: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A ridge logistic line without its offset, by Newton's method. (DIMENSIONS,)"""
    rows = np.c_[points, np.ones(len(points))]
    ridge = np.diag([*[RIDGE] * DIMENSIONS, 1e-6])
    line = np.zeros(DIMENSIONS + 1)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-rows @ line))
        slope = rows.T @ (sure * (chance - liked)) + ridge @ line
        line -= np.linalg.solve((rows.T * (sure * chance * (1 - chance))) @ rows + ridge, slope)
    return line[:-1]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.taste.labelling", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--votes", type=int, default=900)
    parser.add_argument("--seeds", type=int, default=10)
    asked = parser.parse_args()
    seeds = range(100, 100 + asked.seeds)
    print(f"{asked.votes} votes, {asked.seeds} servers\n")
    for name, prompt in (
        ("all come when they come", 0.0),
        ("half wait in the channel", 0.5),
        ("all wait", 1.0),
    ):
        servers = {seed: server(seed, asked.votes, prompt) for seed in seeds}
        readings = {seed: read(one) for seed, one in servers.items()}
        right = [accuracy(servers[seed], readings[seed]) for seed in seeds]
        liked = fmean(picked(servers[seed], readings[seed], seed)[0] for seed in seeds)
        kept = [evidence(reading) for reading in readings.values()]
        print(
            f"{name}: votes right {fmean(map(votes_right, servers.values())):.2f},"
            f" labels {fmean(a for a, _ in right):.2f} of liked and {fmean(b for _, b in right):.2f} of disliked;"
            f" {fmean(one.liked for one in kept):.0f} liked, {fmean(one.disliked for one in kept):.0f} disliked,"
            f" weight {fmean(one.weight for one in kept):.0f}; picks liked {liked:.2f};"
            f" cliques {sum(len(one.cliques) for one in readings.values())}"
        )
    servers = {seed: server(seed, asked.votes) for seed in seeds}
    print("\nbrigades of six: shift of picks in points, mean and worst")
    for name, rush in RUSHES.items():
        moved = [shift(one, rush.reactions(one, seed), seed) for seed, one in servers.items()]
        print(f"  {name:28} {fmean(moved):5.1f} {max(moved):5.1f}")
    print("\nthree friends: voters they count for, and how often they are named")
    crowds: dict[str, Callable[[Server, int], list[Reaction]]] = {
        "who look within the hour": lambda one, seed: within_the_hour(
            lambda n: one.liked[n], random.Random(seed).sample(range(PIECES), 60), one.made_at, seed
        ),
        **{
            f"together {share:.0%} of the time": Friends(share).reactions
            for share in (0.0, 0.3, 0.5, 0.7, 1.0)
        },
    }
    for name, theirs in crowds.items():
        left = [friends_left(one, theirs(one, seed)) for seed, one in servers.items()]
        print(
            f"  {name:28} {fmean(count for count, _ in left):5.2f} {fmean(named for _, named in left):5.2f}"
        )


if __name__ == "__main__":
    main()
