"""A simulated server lives in the sandbox's chat, with the real bot; the engine is a fake, since not what it writes is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.rig import Rig
from bench.taste.chat import Chat
from bench.taste.community import Community
from bench.taste.stored import KIND
from studio.taste.gathered import gather

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PIECES, VOTES = 6, 14


async def test_what_members_press_is_what_the_bot_would_learn_from_at_the_times_that_are_theirs(
    tmp_path: Path,
) -> None:
    settings = {
        "TEXT_MODEL": "fake",
        "FAKE_TOKENS_PER_SECOND": "400",
        "PICTURE_MODEL": "none",
        "PAGES": "off",
    }
    community = Community(voters=4)
    async with Rig(tmp_path, settings=settings) as rig, Chat(rig, community) as chat:
        await chat.agreed()
        pieces = await chat.asked([(f"theme {n}", n) for n in range(PIECES)])
        reactions = community.reactions([n % 2 for n in range(PIECES)], VOTES, seed=1)
        await chat.reacted([message for message, _ in pieces], reactions)
        guild = int((await rig.call("GET", "/state?as=mo"))["guild"]["id"])
        known = await chat.store.read(lambda db: gather(db, guild, KIND))
    made_at = community.made_at(PIECES)
    texts = {text for _, text in pieces}
    assert {piece.text for piece in known.pieces.values()} == texts
    assert known.themed.keys() == known.pieces.keys(), "everybody's words may be learnt from"
    numbers = {account: n for n, account in chat.members.items()}
    last = max(one.at for one in reactions)
    when = max(vote.at for vote in known.votes)
    order = sorted(known.pieces, key=lambda creation: known.pieces[creation].made_at)
    assert sorted(
        (order.index(vote.creation), numbers[str(vote.member)], vote.up, round(when - vote.at, 2))
        for vote in known.votes
    ) == sorted((one.creation, one.member, one.up, round(last - one.at, 2)) for one in reactions)
    ages = [round(when - known.pieces[creation].made_at, 2) for creation in order]
    assert ages == [round(last - at, 2) for at in made_at]
