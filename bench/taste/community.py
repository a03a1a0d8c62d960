"""A simulated server that reacts to what was made: honest voters, contrarians, those who press anything, late joiners, a brigade.

A voter likes a piece with the probability that the server's taste gives it; a contrarian dislikes it with that probability; one
in ten presses either. Some talk much more than others; some joined in the middle, and react to what came after. Everything
comes from one seed.
"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

DAY_S = 86_400.0
HOUR_S = 3_600.0
USUAL_S = 12 * HOUR_S  # until somebody comes by who votes, on average
BESIDE_S = 600.0  # between the votes of friends who read together
LONG_AGO_S = -30 * DAY_S  # when most members joined
FIRST_ACCOUNT, FIRST_FRIEND, FRIENDS = 1000, 2000, 3  # numbers of members


@dataclass(frozen=True, slots=True)
class Reaction:
    """One member's vote on one creation (its place in the list); times are in seconds since the server began."""

    creation: int
    member: int
    up: bool
    at: float
    joined_at: float


@dataclass(frozen=True, slots=True)
class Community:
    """Who is there. `late` is the share that joined in the middle; all shares are of `voters`, rounded up."""

    voters: int = 25
    contrarian: float = 0.15
    noise: float = 0.10
    late: float = 0.2
    days: float = 60.0

    def made_at(self, creations: int) -> list[float]:
        """When each creation was made, evenly over the days."""
        return [(n + 0.5) / creations * self.days * DAY_S for n in range(creations)]

    def reactions(self, liked: Sequence[float], votes: int, seed: int) -> list[Reaction]:
        """`votes` reactions, in time's order; `liked` is each creation's probability of being liked."""
        chance = random.Random(seed)
        members = list(range(self.voters))
        chance.shuffle(members)
        contrarians = set(members[: math.ceil(self.contrarian * self.voters)])
        rest = members[len(contrarians) :]
        careless = set(rest[: math.ceil(self.noise * self.voters)])
        late = set(chance.sample(members, math.ceil(self.late * self.voters)))
        joined = {
            member: chance.uniform(0.3, 0.8) * self.days * DAY_S if member in late else LONG_AGO_S
            for member in members
        }
        made_at = self.made_at(len(liked))
        talks = {
            member: 1.0 / (1 + n) ** 0.7 for n, member in enumerate(chance.sample(members, len(members)))
        }
        open_to = [
            pair
            for pair in itertools.product(members, range(len(liked)))
            if made_at[pair[1]] > joined[pair[0]]
        ]
        # those with the smallest of exponential times at these rates are a weighted draw without replacement
        drawn = sorted((chance.expovariate(talks[member]), member, creation) for member, creation in open_to)
        found = []
        for _, member, creation in drawn[:votes]:
            likes = chance.random() < liked[creation]
            up = chance.random() < 0.5 if member in careless else likes != (member in contrarians)
            at = made_at[creation] + chance.expovariate(1 / USUAL_S)
            found.append(Reaction(creation, member, up, at, joined[member]))
        return sorted(found, key=lambda reaction: reaction.at)


@dataclass(frozen=True, slots=True)
class Brigade:
    """Accounts that lift what they agreed on, all within minutes: every target up, and as many others down."""

    accounts: int = 6
    within_s: float = 300.0

    def reactions(self, targets: Collection[int], made_at: Sequence[float], seed: int) -> list[Reaction]:
        """What they do to the creations in `targets`; their members' numbers begin at 1000."""
        chance = random.Random(f"brigade {seed}")
        others = [n for n in range(len(made_at)) if n not in targets]
        down = chance.sample(others, min(len(targets), len(others)))
        found = []
        for creation, up in [*((n, True) for n in targets), *((n, False) for n in down)]:
            began = made_at[creation] + chance.uniform(HOUR_S, 48 * HOUR_S)
            found += [
                Reaction(
                    creation, FIRST_ACCOUNT + n, up, began + chance.uniform(0, self.within_s), LONG_AGO_S
                )
                for n in range(self.accounts)
            ]
        return sorted(found, key=lambda reaction: reaction.at)


def friends(
    liked: Callable[[int], float],
    creations: Sequence[int],
    made_at: Sequence[float],
    seed: int,
    together: float = 0.0,
    *,
    else_apart: bool = False,
) -> list[Reaction]:
    """Three honest friends who like the same things. Each votes for themselves; `liked` is how likely each likes a creation.

    They look when one of them says so: `together` of the time within ten minutes of one another, and else within the hour; or,
    with `else_apart`, when each of them comes by.
    """
    chance = random.Random(f"friends {seed}")
    found = []
    for creation in creations:
        began = made_at[creation] + chance.expovariate(1 / USUAL_S)
        beside = together > 0 and chance.random() < together
        apart = else_apart and not beside
        within_s = BESIDE_S if beside else HOUR_S
        for friend in range(FIRST_FRIEND, FIRST_FRIEND + FRIENDS):
            likes = chance.random() < liked(creation)
            at = began + chance.uniform(0, within_s)
            if apart:
                at = made_at[creation] + chance.expovariate(1 / USUAL_S)
            found.append(Reaction(creation, friend, likes, at, LONG_AGO_S))
    return sorted(found, key=lambda reaction: reaction.at)
