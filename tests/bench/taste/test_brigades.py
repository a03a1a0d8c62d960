"""A brigade through a whole training: what its server's drafts are like, beside those of the same server without it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bench.taste.arms import drafts
from bench.taste.brigades import through
from bench.taste.community import FIRST_ACCOUNT, Community
from bench.taste.prompts import COMING
from bench.taste.samples import EACH, Sample

if TYPE_CHECKING:
    from bench.taste.arms import Drafts

NIGHT, DAY = "the moon and the stars of a dark night", "a bright plain morning"
COMMUNITY = Community(voters=8)
HISTORY = [Sample(f"theme {n % 8}", n, NIGHT if n % 4 == 0 else DAY) for n in range(40)]
VOTES = 200


def server() -> Any:
    """Learns nothing: what comes of it is what was voted."""
    return SimpleNamespace(
        history=HISTORY,
        made_at=COMMUNITY.made_at(len(HISTORY)),
        reactions=lambda taste, votes, seed: COMMUNITY.reactions(
            [taste(one.text) for one in HISTORY], votes, seed
        ),
        learn=lambda reactions: reactions,
    )


def written(text: str) -> Drafts:
    return drafts([Sample(theme, seed, text) for theme in COMING for seed in range(EACH)], of=1)


def test_a_brigade_that_gets_what_it_wants_moves_all_of_it() -> None:
    seen = []

    def learn(reactions: Any) -> Drafts:
        seen.append(reactions)
        return written(NIGHT if any(one.member >= FIRST_ACCOUNT for one in reactions) else DAY)

    found = through(server(), written(DAY), VOTES, learn)
    assert found["shift_points"] == 100.0
    assert found["refused"] == [False, False]
    honest, beset = seen
    assert [one for one in beset if one.member < FIRST_ACCOUNT] == honest, "everybody else votes as before"
    lifted = {one.creation for one in beset if one.member >= FIRST_ACCOUNT and one.up}
    assert lifted == {n for n, one in enumerate(HISTORY) if one.text == NIGHT}


def test_what_its_gates_refuse_leaves_the_server_as_it_was() -> None:
    found = through(server(), written(DAY), VOTES, lambda _: None)
    assert found["shift_points"] == 0.0
    assert found["refused"] == [True, True]
