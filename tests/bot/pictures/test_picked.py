"""Pictures picked out of a grid, and the buttons below them, in a simulated Discord (simcord)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from studio import deliver, react
from studio.errors import StoreUnavailable
from tests.bot.pictures.looking import image, labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.client import Renga
    from studio.store import Store
    from tests.bot.conftest import InstantHost

pytestmark = pytest.mark.simcord(settle_timeout=20.0)


async def test_a_picture_is_picked_once_and_who_asks_again_is_told_where_it_is(scene: Any) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await ada.click(grid, label="2")
    picked = channel.last_message
    told = await bo.click(grid, label="2")
    assert channel.last_message.id == picked.id
    assert told.followups[0].ephemeral
    assert told.followups[0].content.endswith(f"/{channel.id}/{picked.id}")
    await ada.click(grid, label="3")
    assert channel.last_message.id != picked.id


async def test_a_picked_message_is_deleted_by_who_picked_it_and_can_be_picked_again(
    scene: Any, guild: Any, simcord_env: Any
) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await bo.click(grid, label="2")
    picked = channel.last_message
    cleo = guild.add_member(simcord_env.create_user("cleo"))
    refused = await cleo.click(picked, label="Delete")
    assert (
        refused.followups[0].content
        == "Only who picked this, who asked for it, or a moderator can delete it."
    )
    for member in (bo, ada):
        await member.click(picked, label="Delete")
        assert channel.last_message.id == grid.id
        await bo.click(grid, label="2")
        picked = channel.last_message
        assert picked.id != grid.id


async def test_a_picked_message_that_went_while_nobody_looked_is_picked_again(
    scene: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await ada.click(grid, label="2")
    (_, gone) = await react.recent_messages(store, 0.0)
    with monkeypatch.context() as away:
        away.setattr("bot.cogs.pieces.Pieces._deleted", lambda *_: asyncio.sleep(0))
        await ada.click(channel.last_message, label="Delete")
    await ada.click(grid, label="2")
    assert channel.last_message.id not in (grid.id, gone.message_id)


async def test_a_pick_is_answered_before_anything_is_read_or_drawn(
    scene: Any, store: Store, simcord_env: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    before = len(simcord_env.http_requests)
    read, answered = store.read, []

    async def noted(work: Any) -> Any:
        answered.append([request.path.rpartition("/")[2] for request in simcord_env.http_requests[before:]])
        return await read(work)

    monkeypatch.setattr(store, "read", noted)
    await ada.click(channel.last_message, label="2")
    assert answered
    assert all(paths[0] == "callback" for paths in answered)


async def test_a_button_on_a_picked_message_does_not_wait_until_the_message_is_written_down(
    scene: Any, store: Store, simcord_env: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox", count=1)
    before, picked, written = len(simcord_env.http_requests), deliver.picked, []

    async def full_until_the_answer(*told: Any) -> None:
        if not any(made.path.endswith("callback") for made in simcord_env.http_requests[before:]):
            raise StoreUnavailable("The disk is full.")
        await picked(*told)
        written.append(told)

    monkeypatch.setattr("bot.runs.STORE_AGAIN_S", 0.01)
    monkeypatch.setattr("studio.deliver.picked", full_until_the_answer)
    shown = await ada.click(channel.last_message, label="Make emoji")
    assert shown.response.content.startswith("To make an emoji you need the permission")
    assert written


async def test_a_picked_message_that_was_not_written_down_is_when_it_is_used(
    scene: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message

    async def cut_off(*_: object) -> None:
        """As if the process had been killed just here."""

    with monkeypatch.context() as patched:
        patched.setattr("studio.deliver.picked", cut_off)
        await ada.click(grid, label="2")
    picked = channel.last_message
    assert [known.message_id for known in await react.recent_messages(store, 0.0)] == [grid.id]
    await ada.click(picked, label="Make emoji")
    assert [known.message_id for known in await react.recent_messages(store, 0.0)] == [grid.id, picked.id]


async def test_a_number_shows_that_picture_large_with_its_own_buttons(
    scene: Any, store: Store, host: InstantHost
) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox", seed=7)
    grid = channel.last_message
    result = await bo.click(grid, label="3")
    assert not result.ephemeral
    message = channel.last_message
    assert message.id != grid.id
    assert (await image(message)).size == (512, 512)
    assert "3 of 4 · seed 9" in message.content
    assert labels(message) == [["Vary", "Make emoji", "Make sticker", "Delete"]]
    await ada.react(message, "👍")
    counts = {known.message_id: dict(known.counts) for known in await react.recent_messages(store, 0.0)}
    assert counts == {grid.id: {}, message.id: {"👍": 1}}
    assert len(host.jobs) == 1


async def test_a_deleted_creation_leaves_no_file_and_its_buttons_one_sentence(
    scene: Any, store: Store, host: InstantHost
) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await ada.click(grid, label="2")
    picked = channel.last_message
    assert len(await store.pictures.digests()) == 4
    (job_id,) = host.jobs
    await deliver.delete_creation(store, job_id, by_member=ada.id, is_moderator=False)
    assert await store.pictures.digests() == set()
    for message, label in ((grid, "1"), (grid, "Vary"), (picked, "Make emoji")):
        refused = await bo.click(message, label=label)
        said = refused.followups[0] if refused.followups else refused.response
        assert said.ephemeral
        assert said.content == "I no longer know this picture; it may have been deleted."


async def test_delete_takes_the_picked_messages_along(scene: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await ada.click(grid, label="2")
    await ada.click(grid, label="Delete")
    assert channel.history() == []


async def test_messages_that_discord_keeps_are_told_of_once(scene: Any, simcord_env: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    for label in ("1", "2", "3"):
        await ada.click(grid, label=label)
    for _ in range(2):
        simcord_env.inject_error(
            "DELETE", "/channels/*/messages/*", status=403, code=50013, message="Missing Permissions"
        )
    result = await ada.click(grid, label="Delete")
    assert len(channel.history()) == 2
    (said,) = result.followups
    assert "would not let me delete all of its messages" in said.content


async def test_a_lost_file_is_one_sentence(scene: Any, store: Store) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    for path in store.pictures.folder.iterdir():
        path.unlink()
    refused = await ada.click(channel.last_message, label="1")
    assert refused.followups[0].ephemeral
    assert "file is gone" in refused.followups[0].content


async def test_buttons_work_after_a_restart_and_for_ever(
    scene: Any, simcord_env: Any, host: InstantHost, new_bot: Callable[[], Renga]
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "picture", theme="a fox")
    grid = channel.last_message
    await simcord_env.restart_bot(new_bot())
    for label in ("1", "2", "3"):
        await ada.click(grid, label=label)
        assert labels(channel.last_message) == [["Vary", "Make emoji", "Make sticker", "Delete"]]
    await ada.click(channel.last_message, label="Vary")
    assert len(host.jobs) == 2
