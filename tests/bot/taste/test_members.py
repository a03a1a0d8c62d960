"""What members do about a taste: choose between two, report, ask what is kept of them, and be forgotten."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.taste import buttons as taste_buttons
from studio import consent, deliver
from studio.adapters import serving, trials
from studio.adapters.records import Actor
from studio.store import consents, creations, flags, jobs, messages, reactions, tastes
from studio.store import trials as stored_trials
from studio.store.records import Delivered, Reaction
from studio.store.taste_records import MemberChoice, TrialPair
from tests.bot.conftest import BASE
from tests.studio.adapters.made import a_version, digest
from tests.studio.made import a_creation, a_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.client import Renga
    from studio.store import Store
    from studio.store.records import Creation
    from tests.bot.conftest import InstantHost

pytestmark = pytest.mark.simcord(settle_timeout=20.0)


def buttons(message: Any) -> list[str]:
    return [item.label for row in message.components for item in row.children]


async def candidate(store: Store, bot: Renga, guild: Any, name: str = "two") -> str:
    await consent.enable(store, guild.id, 1, time.time())
    await a_version(store, bot.folders, name, guild_id=guild.id, made_at=time.time())
    return digest(name)


async def test_members_choose_between_two_without_knowing_which_is_which(
    scene: Any, mo: Any, guild: Any, store: Store, simcord_bot: Renga, host: InstantHost
) -> None:
    channel, ada, bo = scene
    version = await candidate(store, simcord_bot, guild)
    shown = await mo.slash(channel, "adapters show", version=version)
    assert buttons(shown.response.message) == ["Blind vote", "Quiet trial", "Serve it now"]
    await mo.click(shown.response, label="Blind vote")
    opening = channel.last_message
    assert "A blind vote on this server's verse" in opening.content
    refused = await mo.slash(channel, "adapters promote", version=version)
    assert "its votes decide" in refused.response.content
    refused = await mo.slash(channel, "adapters retrain", kind="verse")
    assert "A trial of this server's verse is under way" in refused.response.content

    await ada.click(opening, label="Show two")
    pair = channel.last_message
    assert "which do you like better?" in pair.content
    assert buttons(pair) == ["A", "B", "Show two"]
    assert version[:12] not in pair.content
    one, other = list(host.jobs.values())[-2:]
    assert {one.adapter, other.adapter} == {version, None}

    await ada.click(pair, label="A")
    again = await ada.click(channel.last_message, label="B")
    assert "You have chosen between these two already" in again.response.content
    await bo.click(channel.last_message, label="B")
    assert "2 votes" in channel.last_message.content
    (trial,) = await store.read(stored_trials.going_on)
    assert trial.wins + trial.losses == 2
    refused = await bo.click(opening, label="End the trial")
    assert "Manage Server" in refused.response.content
    await mo.click(opening, label="End the trial")
    assert "was called off at 1 to 1. What served before serves on." in channel.last_message.content


async def test_turning_learning_off_ends_a_vote_and_its_channel_hears_it(
    scene: Any, mo: Any, guild: Any, store: Store, simcord_bot: Renga
) -> None:
    channel, *_ = scene
    version = await candidate(store, simcord_bot, guild)
    shown = await mo.slash(channel, "adapters show", version=version)
    await mo.click(shown.response, label="Blind vote")
    asked = await mo.slash(channel, "adapters enable")
    await mo.click(asked.response, label="Turn it off")
    assert "The trial of **verse adapter 1** was called off at 0 to 0." in channel.last_message.content
    assert buttons(channel.last_message) == [], "nothing is tried while learning is off"
    refused = await mo.click(shown.response, label="Blind vote")
    assert "Learning is off in this server" in refused.response.content


async def test_the_vote_that_decides_lets_it_serve_and_says_so(
    scene: Any, mo: Any, guild: Any, store: Store, simcord_bot: Renga
) -> None:
    channel, ada, _ = scene
    version = await candidate(store, simcord_bot, guild)
    who, now = Actor(mo.id, manages=True), time.time()
    trial, _ = await trials.begin(
        store, simcord_bot.folders, "7", guild.id, version, "blind", who, channel.id, now, base=BASE
    )
    shown = await mo.slash(channel, "adapters list")
    assert "A trial is under way" in shown.response.content
    for number in range(16):
        pair = TrialPair(str(number), trial.id, None, left_is_candidate=True, form="haiku", theme="rain",
                                       asked_by=0, left_text="l", right_text="r", made_at=now)  # fmt: skip
        await trials.add_pair(store, pair)
        if number < 15:
            voter = 900 + number % 4  # with ada five, the fewest that decide anything
            await trials.vote(store, simcord_bot.folders, guild.id, pair.id, voter, now, left=True)
    posted = await simcord_bot.get_partial_messageable(channel.id, guild_id=guild.id).send(
        "two", view=taste_buttons.under_pair("15", trial.id)
    )
    await ada.click(posted, label="A")
    assert (
        "The votes are in, 16 to 0: **verse adapter 1** is liked better, and serves"
        in channel.last_message.content
    )
    assert buttons(channel.last_message) == ["Take it back"]
    assert (await store.read(lambda db: tastes.serves(db, guild.id, "verse"))).adapter == version


async def test_a_host_that_writes_nothing_leaves_no_pair(
    scene: Any, mo: Any, guild: Any, store: Store, simcord_bot: Renga, host: InstantHost, monkeypatch: Any
) -> None:
    channel, *_ = scene
    version = await candidate(store, simcord_bot, guild)
    shown = await mo.slash(channel, "adapters show", version=version)
    await mo.click(shown.response, label="Blind vote")

    async def nothing(_: str) -> bytes:
        return b""

    monkeypatch.setattr(host, "artifact", nothing)
    await mo.click(channel.last_message, label="Show two")
    assert "could not be written just now" in channel.last_message.content
    assert await store.read(lambda db: stored_trials.pairs_of_guild(db, guild.id, "verse")) == []


async def test_two_flags_take_back_what_serves_and_the_channel_hears_why(
    scene: Any, mo: Any, guild: Any, store: Store, simcord_bot: Renga
) -> None:
    channel, ada, _ = scene
    version = await candidate(store, simcord_bot, guild)
    who = Actor(mo.id, manages=True)
    await serving.promote(store, simcord_bot.folders, guild.id, version, who, time.time() - 60, base=BASE)
    for _ in range(2):
        await ada.slash(channel, "poem", theme="rain", form="haiku")
        piece = channel.last_message
        flagged = await mo.context_menu(channel, "Flag", piece)
        assert "Flagged" in flagged.response.content
    assert (
        "I took **verse adapter 1** back, because moderators flagged 2 of its first 2 pieces."
        in channel.last_message.content
    )
    assert (await store.read(lambda db: tastes.serves(db, guild.id, "verse"))).adapter is None


async def test_reactions_on_what_is_there_already_end_a_quiet_trial(
    scene: Any, mo: Any, guild: Any, store: Store, simcord_bot: Renga, simcord_env: Any,
    new_bot: Callable[[], Renga],
) -> None:  # fmt: skip
    channel, *_ = scene
    version = await candidate(store, simcord_bot, guild)
    who, now = Actor(mo.id, manages=True), time.time()
    await trials.begin(
        store, simcord_bot.folders, "7", guild.id, version, "quiet", who, channel.id, now, base=BASE
    )
    for number, adapter in ((1, version), (2, None)):
        job = await a_job(store, str(number), guild_id=guild.id, channel_id=channel.id, asked_at=now)
        piece = replace(a_creation(job), adapter=adapter, made_at=now + 1)

        def liked(db: Any, piece: Creation = piece, number: int = number) -> None:
            jobs.end(db, piece.id, "made")
            creations.add(db, piece)
            messages.add(db, Delivered(piece.id, 0, channel.id, 1000 + number))
            for member in range(100, 150):
                consents.choose(db, MemberChoice(member, guild.id, "opt_in", now, now - 90 * 86_400.0))
                emoji = "👍" if piece.adapter == version else "👎"
                reactions.add(db, Reaction(1000 + number, member, emoji, now + 2))

        await store.write(liked)
        await deliver.settled(store, job.id, now)
    await simcord_env.restart_bot(new_bot())
    async with asyncio.timeout(10):
        while "**verse adapter 1** is liked better" not in str([each.content for each in channel.history()]):
            await asyncio.sleep(0.02)
    assert (await store.read(lambda db: tastes.serves(db, guild.id, "verse"))).adapter == version


async def test_a_report_waits_for_a_moderator_who_decides(
    scene: Any, mo: Any, guild: Any, store: Store
) -> None:
    channel, ada, bo = scene
    empty = await mo.slash(channel, "review")
    assert empty.response.content == "No report waits for a moderator."
    await ada.slash(channel, "poem", theme="rain @everyone", form="haiku")
    piece = channel.last_message
    thanks = await bo.context_menu(channel, "Report", piece)
    assert thanks.ephemeral
    assert "Moderators will look at it" in thanks.response.content
    review = await mo.slash(channel, "review")
    assert review.ephemeral
    for told in ("**haiku**, reported by 1", f"/{piece.id}", r"is one \*line\*"):
        assert told in review.response.content
    decided = await mo.click(review.response, label="Never again")
    assert "No report waits" in decided.response.content
    assert len(await store.read(lambda db: flags.in_force(db, guild.id))) == 1


async def test_what_is_no_piece_is_not_reported(scene: Any, mo: Any) -> None:
    channel, ada, bo = scene
    message = await ada.send(channel, "hello")
    refused = await bo.context_menu(channel, "Report", message)
    assert "That is no piece of mine" in refused.response.content


async def test_privacy_is_told_taken_back_and_exported_in_a_server(
    scene: Any, guild: Any, store: Store
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    shown = await ada.slash(channel, "privacy status")
    assert shown.ephemeral
    assert "Your votes do not count here, because you have not said yes." in shown.response.content
    assert "I keep 1 wish of yours" in shown.response.content
    await ada.slash(channel, "privacy opt-in")
    assert (await consent.status(store, ada.id, guild.id)).choice == "opt_in"
    out = await ada.slash(channel, "privacy opt-out")
    assert "teach nothing from now on in this server" in out.response.content
    exported = await ada.slash(channel, "privacy export")
    (file,) = exported.response.attachments
    kept = json.loads(await file.read())
    assert (kept["member_id"], len(kept["wishes"])) == (ada.id, 1)
    assert "interaction_token" not in json.dumps(kept)


async def test_privacy_works_in_direct_messages(
    scene: Any, guild: Any, store: Store, simcord_env: Any
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "privacy opt-in")
    user = ada.user
    shown = await user.slash("privacy status")
    assert "Your votes count in 1 server." in shown.response.content
    refused = await user.slash("privacy opt-in")
    assert refused.response.content == "Say this in the server that it is about."
    await user.slash("privacy opt-out")
    assert (await consent.status(store, ada.id, guild.id)).choice == "opt_out"
    with pytest.raises(Exception, match="adapters"):
        await user.slash("adapters list")


async def test_who_asks_to_be_forgotten_is_asked_once_more_and_gets_a_receipt(
    scene: Any, guild: Any, store: Store
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    await ada.slash(channel, "privacy opt-in")
    asked = await ada.slash(channel, "privacy delete")
    assert "Shall I forget you?" in asked.response.content
    assert (await consent.status(store, ada.id, guild.id)).wishes == 1
    done = await ada.click(asked.response, label="Forget all of it")
    assert "1 choice about your votes" in done.response.content
    assert "1 wish, 1 piece" in done.response.content
    assert (await consent.status(store, ada.id, guild.id)).wishes == 0
