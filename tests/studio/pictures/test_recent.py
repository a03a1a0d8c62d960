"""Earlier pictures as starting points: whose are offered where, and what a choice stands for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.wire.jobs import PictureBrief, Spot
from studio import react
from studio.deliver import posted
from studio.errors import Refusal
from studio.pictures import recent
from studio.pictures.recent import Asker, Start
from tests.studio.made import ADA, BOB, NOW, a_job, a_picture_brief, make, make_pictures

if TYPE_CHECKING:
    from studio.store import Store

FOX = a_picture_brief(count=2)
ELSEWHERE = 77
HERE = 2


async def labels(store: Store, asker: Asker, typed: str = "") -> list[str]:
    return [offer.label for offer in await recent.offers(store, asker, typed, 25)]


async def test_the_newest_come_first_and_words_narrow_them(store: Store) -> None:
    await make_pictures(store, await a_job(store, "1", brief=FOX), NOW)
    owl = replace(FOX, spots=(Spot("an owl", "glossy", 1),), count=1)
    await make_pictures(store, await a_job(store, "2", brief=owl), NOW + 5)
    await make(store, await a_job(store, "3"))
    ada = Asker(1, HERE, ADA)
    assert await labels(store, ada) == [
        "an owl (picture 1) · owl · glossy",
        "a red fox (picture 1) · fox · flat",
        "a red fox (picture 2) · fox · flat",
    ]
    assert await labels(store, ada, " GLOSSY") == ["an owl (picture 1) · owl · glossy"]
    assert len(await recent.offers(store, ada, "", 2)) == 2


async def test_others_are_offered_in_their_own_channel_alone(store: Store) -> None:
    await make_pictures(store, await a_job(store, "1", brief=FOX, channel_id=ELSEWHERE))
    token = recent.token("1", 1)
    assert len(await labels(store, Asker(1, HERE, ADA))) == 2
    assert await labels(store, Asker(1, HERE, BOB)) == []
    assert len(await labels(store, Asker(1, ELSEWHERE, BOB))) == 2
    assert await labels(store, Asker(9, ELSEWHERE, ADA)) == []
    found = await recent.start(store, Asker(1, HERE, ADA), token, style="oil", seed=3)
    assert found == Start(replace(FOX.spots[0], seed=8))
    for asker in (Asker(1, HERE, BOB), Asker(9, ELSEWHERE, ADA)):
        with pytest.raises(Refusal, match="no longer know that picture"):
            await recent.start(store, asker, token, style="", seed=3)


async def test_what_was_deleted_is_neither_offered_nor_taken(store: Store) -> None:
    await make_pictures(store, await a_job(store, "1", brief=FOX))
    await posted(store, "1", 0, HERE, 1000)
    ada, token = Asker(1, HERE, ADA), recent.token("1", 1)
    assert (await recent.start(store, ada, token, style="", seed=3)).spot == replace(FOX.spots[0], seed=8)
    await react.message_deleted(store, 1000)
    assert await labels(store, ada) == []
    with pytest.raises(Refusal, match="no longer know that picture"):
        await recent.start(store, ada, token, style="", seed=3)


async def test_what_begins_from_a_veiled_picture_is_known_to_be_veiled(store: Store) -> None:
    await make_pictures(store, await a_job(store, "1", brief=FOX, spoiler=True))
    found = await recent.start(store, Asker(1, HERE, ADA), recent.token("1", 0), style="", seed=3)
    assert found == Start(FOX.spots[0], veiled=True)


async def test_what_lies_between_two_is_not_offered(store: Store) -> None:
    between = PictureBrief("mix", (FOX.spots[0], Spot("an owl")), 3)
    await make_pictures(store, await a_job(store, "1", brief=between))
    assert await labels(store, Asker(1, HERE, ADA)) == []
    with pytest.raises(Refusal, match="lies between two others"):
        await recent.start(store, Asker(1, HERE, ADA), recent.token("1", 1), style="", seed=3)


@pytest.mark.parametrize("typed", ["picture:5:0", "picture:1:9"])
async def test_a_picture_that_is_not_there_is_one_sentence(store: Store, typed: str) -> None:
    await make_pictures(store, await a_job(store, "1", brief=FOX))
    with pytest.raises(Refusal, match="no longer know that picture"):
        await recent.start(store, Asker(1, HERE, ADA), typed, style="", seed=3)


async def test_anything_else_is_a_theme(store: Store) -> None:
    found = await recent.start(store, Asker(1, HERE, ADA), "picture: a fox", style="oil", seed=3)
    assert found == Start(Spot("picture: a fox", "oil", 3))
