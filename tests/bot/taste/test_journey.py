"""From reactions to a picker, to an adapter, to one that serves, and back: button by button, as a moderator meets it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from finetune.report import Gate
from studio import consent
from studio.adapters import runs
from studio.errors import StoreUnavailable
from studio.store import runs as run_rows
from studio.store import tastes
from studio.store.taste_records import Run
from tests.studio.adapters.opinions import opinionated

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.client import Renga
    from studio.store import Store
    from tests.bot.conftest import InstantHost
    from tests.bot.taste.conftest import Learner

pytestmark = pytest.mark.simcord(settle_timeout=20.0)

LENGTH = Gate("length", 1.4, 1.0, 1.25, False, True, "Pieces are 40 % longer; 25 % is the most.")
PERPLEXITY = Gate("perplexity", 1.2, 1.0, 1.05, False, False, "Perplexity rose by 20 %; 5 % is the most.")


async def lets_learn(store: Store, guild: Any, mo: Any, *, pieces: int = 32) -> None:
    now = time.time()
    await consent.enable(store, guild.id, mo.id, now)
    await opinionated(store, guild_id=guild.id, now=now, pieces=pieces)


def buttons(message: Any) -> list[str]:
    return [item.label for row in message.components for item in row.children]


def last(channel: Any) -> Any:
    return channel.last_message


async def test_learning_is_turned_on_only_after_it_was_explained_and_confirmed(
    scene: Any, mo: Any, guild: Any, store: Store
) -> None:
    channel, ada, _ = scene
    shown = await mo.slash(channel, "adapters enable")
    assert shown.ephemeral
    for told in ("off until you turn it on", "/privacy opt-in", "no names and no Discord ids", "blindly"):
        assert told in shown.response.content
    assert not await consent.is_enabled(store, guild.id)
    await mo.click(shown.response, label="Turn it on")
    assert await consent.is_enabled(store, guild.id)
    invitation = last(channel)
    assert "Your 👍 and 👎, and the drafts that you pick, count once you say so" in invitation.content
    counted = await ada.click(invitation, label="Count my votes")
    assert counted.ephemeral
    status = await consent.status(store, ada.id, guild.id)
    assert status.choice == "opt_in"
    again = await mo.slash(channel, "adapters enable")
    await mo.click(again.response, label="Turn it off")
    assert not await consent.is_enabled(store, guild.id)


async def test_the_list_says_what_is_missing_and_what_to_do(
    scene: Any, mo: Any, guild: Any, store: Store
) -> None:
    channel, *_ = scene
    shown = await mo.slash(channel, "adapters list")
    assert "Learning is off here. `/adapters enable`" in shown.response.content
    await consent.enable(store, guild.id, mo.id, time.time())
    shown = await mo.slash(channel, "adapters list")
    assert "**verse** · as it came" in shown.response.content
    assert "For a picker: 0 liked, 0 disliked, 0 voters; 10, 10 and 5 are needed" in shown.response.content
    assert "Training was switched on" in shown.response.content
    refused = await mo.slash(channel, "adapters retrain", kind="verse")
    assert "Too little is known of what this server likes" in refused.response.content


async def test_the_whole_way_there_and_back(
    scene: Any, mo: Any, guild: Any, store: Store, host: InstantHost, learner: Learner
) -> None:
    channel, ada, _ = scene
    await lets_learn(store, guild, mo, pieces=90)
    await mo.slash(channel, "adapters retrain", kind="verse")
    message = last(channel)
    assert "**verse picker 1** serves from now on" in message.content
    assert "it knew which was which 80% of the time" in message.content
    assert buttons(message) == ["Train an adapter", "Take it back"]
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    picked = list(host.jobs.values())[-1]
    assert picked.head is not None
    assert picked.adapter is None

    await mo.click(message, label="Train an adapter")
    report = last(channel)
    assert "**verse adapter 1** passed every check" in report.content
    assert [file.filename for file in report.attachments] == ["report.png"]
    assert buttons(report) == ["Blind vote", "Quiet trial", "Serve it now"]
    head, trained = learner.asked[-2:]
    assert trained[0] == "finetune.train"
    assert trained[trained.index("--parent") + 1] == "starter"
    assert trained[trained.index("--threads") + 1] == "0"

    await mo.click(report, label="Serve it now")
    assert f"<@{mo.id}> let **verse adapter 1** serve, instead of what I came with." in last(channel).content
    served = last(channel)
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    assert list(host.jobs.values())[-1].adapter is not None
    shown = await mo.slash(channel, "adapters list")
    assert "verse picker 1 and verse adapter 1 serve" in shown.response.content.replace(
        "picker 2", "picker 1"
    )

    await mo.click(served, label="Take it back")
    assert "took **verse adapter 1** back. What I came with serves again." in last(channel).content
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    assert list(host.jobs.values())[-1].adapter is None
    refused = await mo.click(served, label="Take it back")
    assert "Verse adapter 1 does not serve any more." in refused.response.content
    await mo.slash(channel, "adapters rollback", kind="verse")
    refused = await mo.slash(channel, "adapters pause", kind="verse")
    assert head[0] == "finetune.head"


async def test_a_taste_that_moved_what_it_is_about_is_waived_by_name(
    scene: Any, mo: Any, guild: Any, store: Store, learner: Learner
) -> None:
    channel, *_ = scene
    learner.gates = (LENGTH,)
    await lets_learn(store, guild, mo, pieces=90)
    await mo.slash(channel, "adapters retrain", kind="verse", what="adapter")
    report = last(channel)
    assert "Pieces are 40 % longer" in report.content
    assert buttons(report) == ["Waive what failed"]
    await mo.click(report, label="Waive what failed")
    waived = last(channel)
    assert f"(waived by <@{mo.id}>)" in waived.content
    assert buttons(waived) == ["Blind vote", "Quiet trial", "Serve it now"]


async def test_what_fails_for_good_does_not_serve_and_says_by_how_much(
    scene: Any, mo: Any, guild: Any, store: Store, learner: Learner
) -> None:
    channel, *_ = scene
    learner.gates = (LENGTH, PERPLEXITY)
    await lets_learn(store, guild, mo, pieces=90)
    await mo.slash(channel, "adapters retrain", kind="verse", what="adapter")
    report = last(channel)
    assert "Perplexity rose by 20 %; 5 % is the most." in report.content
    assert (
        "What wrote before writes on; **verse picker 1**, learnt on the way, picks among its drafts."
        in report.content
    )
    assert buttons(report) == []
    assert [taste.what for taste in await store.read(lambda db: tastes.of_guild(db, guild.id))] == ["head"]


async def test_turning_it_off_ends_what_is_learnt_and_what_waits_and_each_message_says_so(
    scene: Any, mo: Any, guild: Any, store: Store, learner: Learner, simcord_env: Any
) -> None:
    channel, *_ = scene
    learner.takes_s = 60.0
    await lets_learn(store, guild, mo)
    for number, kind in (("77", "verse"), ("78", "script")):
        run = Run(number, guild.id, kind, "head", "asked", mo.id, time.time(), channel_id=channel.id)
        await store.write(lambda db, run=run: run_rows.ask(db, run))  # type: ignore[misc]
    simcord_env.bot.training.wake()
    async with asyncio.timeout(10):
        while not learner.asked:
            await asyncio.sleep(0.02)
    asked = await mo.slash(channel, "adapters enable")
    await mo.click(asked.response, label="Turn it off")

    def told() -> set[str]:
        said = [each.content for each in channel.history() if "switched off" in each.content]
        return {kind for kind in ("verse", "script") for each in said if kind in each}

    async with asyncio.timeout(10):
        while told() != {"verse", "script"}:
            await asyncio.sleep(0.02)
    assert await runs.unfinished(store) == []


async def test_a_process_that_gives_up_says_why_in_the_channel(
    scene: Any, mo: Any, guild: Any, store: Store, learner: Learner
) -> None:
    channel, *_ = scene
    learner.sentence = "The disk is full: 40 MiB are needed and 3 are free."
    await lets_learn(store, guild, mo)
    await mo.slash(channel, "adapters retrain", kind="verse")
    assert (
        "The disk is full: 40 MiB are needed and 3 are free. What served before serves on."
        in last(channel).content
    )
    assert await runs.unfinished(store) == []


async def test_a_bot_that_comes_back_takes_the_training_up_again(
    scene: Any,
    mo: Any,
    guild: Any,
    store: Store,
    learner: Learner,
    simcord_env: Any,
    new_bot: Callable[[], Renga],
) -> None:
    channel, *_ = scene
    await lets_learn(store, guild, mo)
    run = await runs.ask(store, "77", guild.id, "verse", "head", _manager(mo), channel.id, time.time())
    await simcord_env.restart_bot(new_bot())
    assert "**verse picker 1** serves from now on" in last(channel).content
    ended = await runs.get(store, run.id)
    assert ended is not None
    assert ended.state == "done"


async def test_whoever_is_no_moderator_any_more_when_it_begins_trains_nothing(
    scene: Any,
    mo: Any,
    guild: Any,
    store: Store,
    learner: Learner,
    simcord_env: Any,
    new_bot: Callable[[], Renga],
) -> None:
    channel, ada, _ = scene
    await lets_learn(store, guild, mo)
    await runs.ask(
        store,
        "77",
        guild.id,
        "verse",
        "head",
        replace(_manager(mo), member_id=ada.id),
        channel.id,
        time.time(),
    )
    await simcord_env.restart_bot(new_bot())
    assert "may not manage the server any more" in last(channel).content
    assert learner.asked == []


async def test_what_was_written_down_is_learnt_though_discord_did_not_let_us_say_so(
    scene: Any, mo: Any, guild: Any, store: Store, learner: Learner, simcord_env: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    channel, *_ = scene
    await lets_learn(store, guild, mo)
    shown = runs.shown

    async def fails_once(*_: Any) -> None:
        monkeypatch.setattr(runs, "shown", shown)
        raise StoreUnavailable

    monkeypatch.setattr(runs, "shown", fails_once)
    await mo.slash(channel, "adapters retrain", kind="verse")
    async with asyncio.timeout(20):
        while not learner.asked:
            await asyncio.sleep(0.02)
    assert len(simcord_env.errors) == 1, "the failure itself is apologised for"


def _manager(member: Any) -> Any:
    from studio.adapters.records import Actor

    return Actor(member.id, manages=True)
