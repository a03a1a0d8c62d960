"""A server's taste in words. Most of it is read on the way in `test_journey.py`."""

from __future__ import annotations

from bot.taste import cards
from finetune.snapshot import Evidence
from studio.adapters.records import Overview, Standing


def test_members_who_act_as_one_are_named_to_moderators() -> None:
    known = Evidence(liked=12, disliked=12, voters=6, weight=20.0)
    standing = Standing(
        "verse", None, None, paused=False, evidence=known, missing={"head": None, "adapter": "more"},
        cliques=(frozenset({33, 11, 22}),),
    )  # fmt: skip
    told = cards.overview(Overview(1_800_000_000.0, 1, (standing,), (), ()))
    assert "<@11> and <@22> and <@33> vote on the same pieces" in told
    assert "count as one voter" in told
