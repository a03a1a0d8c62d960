"""How far six accounts that act as one move what a head picks, and whether honest friends are taken for such."""

from __future__ import annotations

import itertools
import random
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.report import tell
from bench.taste.arms import base, picked
from bench.taste.community import Brigade, friends
from bench.taste.evidence import reading
from bench.taste.likes import gain, rate
from bench.taste.others import OTHERS
from bench.taste.tastes import TASTES
from finetune.head import HeadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.taste.arms import Drafts
    from bench.taste.learning import Learnt, Server

# what brigades agreed on: texts that these tastes like, which are other than the servers'
TARGETS = ("night", "many lines", "alliteration", "feeling", "short words")
TOGETHER = (0.0, 0.3, 0.5)  # of the time within ten minutes
FRIENDS_READ = 60  # pieces


@dataclass(frozen=True, slots=True)
class Case:
    """One brigade in one server. Shares are of the head's picks that are as the brigade wants them."""

    taste: str
    target: str
    seed: int
    before: float
    after: float

    @property
    def shift_points(self) -> float:
        return 100 * (self.after - self.before)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "shift_points": round(self.shift_points, 2)}


def cases(server: Server, of: Drafts, votes: int, count: int) -> list[Case]:
    """`count` brigades, each in a server of its own."""
    found = []
    names = list(TASTES)
    for n in range(count):
        taste, target = names[n % len(names)], TARGETS[(n + n // len(names)) % len(TARGETS)]
        tell(f"a brigade for {target} where {taste} is liked")
        wanted = OTHERS[target]
        targets = [at for at, one in enumerate(server.history) if wanted(one.text) > 0.5]
        honest = server.reactions(TASTES[taste], votes, seed=500 + n)
        more = Brigade().reactions(targets, server.made_at, seed=500 + n)
        everybody = sorted([*honest, *more], key=lambda reaction: reaction.at)
        shares = [_share(_picks(server, some, of), wanted) for some in (honest, everybody)]
        found.append(Case(taste, target, 500 + n, shares[0], shares[1]))
    return found


def through(
    server: Server, of: Drafts, votes: int, learn: Callable[[Learnt], Drafts | None]
) -> dict[str, Any]:
    """One brigade through a whole training: the share of all drafts that are as it wants them, by what `learn` makes of a server
    with it and of the same server without; None: nothing that it made may serve, so the base's.
    """
    taste, target = next(iter(TASTES)), TARGETS[0]
    wanted = OTHERS[target]
    targets = [at for at, one in enumerate(server.history) if wanted(one.text) > 0.5]
    honest = server.reactions(TASTES[taste], votes, seed=votes)
    more = Brigade().reactions(targets, server.made_at, seed=votes)
    shares, refused = [], []
    for reactions in (honest, sorted([*honest, *more], key=lambda reaction: reaction.at)):
        made = learn(server.learn(reactions))
        refused.append(made is None)
        shares.append(
            [[float(wanted(one.text) > 0.5) for one in answer] for theme in made or of for answer in theme]
        )
    shift = gain(shares[1], shares[0]).to_json()
    return {
        "taste": taste, "target": target, "before": rate(shares[0]).to_json(), "after": rate(shares[1]).to_json(),
        "refused": refused, "shift_points": round(100 * shift["mean"], 2), "shift": shift,
    }  # fmt: skip


def collapsed(server: Server, votes: int, seeds: int) -> list[dict[str, Any]]:
    """Servers of each taste with three honest friends in them, who read together some of the time: how many of these servers
    name anybody as acting as one, by how often they read together, and whether they come within the hour when they do not.
    """
    found = []
    for else_apart, together in itertools.product((False, True), TOGETHER):
        named = []
        for taste, seed in itertools.product(TASTES.values(), range(seeds)):
            chance = random.Random(f"read together {seed}")
            theirs = chance.sample(range(len(server.history)), min(FRIENDS_READ, len(server.history)))
            liked = [taste(one.text) for one in server.history]
            honest = server.community.reactions(liked, votes, seed=700 + seed)
            more = friends(liked.__getitem__, theirs, server.made_at, seed, together, else_apart=else_apart)
            everybody = sorted([*honest, *more], key=lambda reaction: reaction.at)
            named.append(bool(reading(everybody, server.made_at).cliques))
        found.append(
            {"together": together, "else_apart": else_apart, "servers": len(named), "named": sum(named)}
        )
    return found


def _picks(server: Server, reactions: Sequence[Any], of: Drafts) -> list[list[str]]:
    """What the server's head picks; where it has none, what comes first."""
    try:
        learnt = server.learn(reactions)
    except HeadError:
        return base(of)
    return picked(of, learnt.score)


def _share(picks: Sequence[Sequence[str]], wanted: Callable[[str], float]) -> float:
    return fmean(wanted(text) > 0.5 for some in picks for text in some)
