"""A run while it works: how far it is, called off, cut off, and one after another. Without Discord, whose part is small here."""

from __future__ import annotations

import asyncio
import shutil
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.taste.training import Training, begun_from, tidy
from studio import consent
from studio.adapters import again, runs
from studio.adapters.records import Folders
from studio.store import Store, tastes
from tests.bot.conftest import BASE
from tests.studio.adapters.made import GUILD, MANAGER
from tests.studio.adapters.opinions import opinionated, prepared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.taste.conftest import Learner

CHANNEL = 2


@dataclass
class Place:
    """A server with one channel, in which everybody may do anything."""

    said: dict[int, list[str]] = field(default_factory=dict)

    unavailable = False
    user = SimpleNamespace(id=1)
    guilds = (SimpleNamespace(id=GUILD),)

    def get_guild(self, _: int) -> Any:
        return self

    async def fetch_member(self, _: int) -> Any:
        return SimpleNamespace(guild_permissions=discord.Permissions.all())

    def get_partial_messageable(self, channel_id: int, *, guild_id: int | None = None) -> Any:
        del guild_id
        return SimpleNamespace(
            send=self._send, get_partial_message=self._message, history=self._history, id=channel_id
        )

    async def _history(self, **_: Any) -> AsyncIterator[Any]:
        for message_id in reversed(self.said):
            yield SimpleNamespace(id=message_id, author=self.user, components=[])

    async def _send(self, content: str, **_: Any) -> Any:
        message_id = 100 + len(self.said)
        self.said[message_id] = [content]
        return SimpleNamespace(id=message_id, channel=SimpleNamespace(id=CHANNEL))

    def _message(self, message_id: int) -> Any:
        async def edit(*, content: str, **_: Any) -> None:
            self.said[message_id].append(content)

        return SimpleNamespace(edit=edit)


class Host:
    def __init__(self) -> None:
        self.ready = True

    async def stats(self) -> dict[str, Any]:
        return {"ready": self.ready, "engine": {"base": BASE}}


@asynccontextmanager
async def training(
    store: Store, tmp_path: Path, place: Place, host: Host | None = None
) -> AsyncIterator[Training]:
    made = Training(place, store, host or Host(), time.time, Folders(tmp_path), "smollm2")  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def at_work(store: Store, tmp_path: Path, place: Place, learner: Learner) -> AsyncIterator[None]:
    """A bot while the process of its run works, which it does for long."""
    learner.takes_s = 60.0
    before = len(learner.asked)
    async with training(store, tmp_path, place) as made:
        made.wake()
        await until(lambda: len(learner.asked) > before)
        yield


async def asked(store: Store, run_id: str = "1", guild_id: int = GUILD) -> None:
    now = time.time()
    await consent.enable(store, guild_id, MANAGER.member_id, now)
    await runs.ask(store, run_id, guild_id, "verse", "head", MANAGER, CHANNEL, now)


async def until(holds: Any) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


async def ended(store: Store, run_id: str = "1") -> runs.Run:
    async with asyncio.timeout(10):
        while (run := await runs.get(store, run_id)) is None or run.ended_at is None:
            await asyncio.sleep(0.01)
    return run


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("opinions"))


@pytest.fixture
async def store(opinions: Path, tmp_path: Path) -> AsyncIterator[Store]:
    """A store of a server that has said enough."""
    shutil.copy(opinions, tmp_path / "taught.db")
    async with await Store.open(f"sqlite:///{tmp_path / 'taught.db'}", tmp_path / "pictures") as opened:
        yield opened


@pytest.fixture
def place() -> Place:
    return Place()


async def test_its_message_tells_step_loss_and_time_left(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    learner.takes_s = 3.0
    await asked(store)
    async with training(store, tmp_path, place) as made:
        made.wake()
        await until(lambda: "Training · 12 of 60 · loss 0.612 · about 2 minutes left" in str(place.said))
        run = await ended(store)
        assert (run.state, run.step, run.steps) == ("done", 12, 60)
        await until(lambda: "verse picker 1" in str(place.said))
    assert len(place.said) == 1, "one message tells all of it"


async def test_called_off_by_anybody_who_has_the_store_its_process_ends(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    await asked(store)
    async with at_work(store, tmp_path, place, learner):
        await consent.disable(store, GUILD, MANAGER.member_id, time.time())
        await until(lambda: learner.ended_early)
        await until(lambda: "Training was switched off in this server." in str(place.said))
    assert (await store.read(lambda db: tastes.serves(db, GUILD, "verse"))).head is None


async def test_a_bot_that_closes_leaves_the_run_to_the_next_as_often_as_it_likes(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    await asked(store)
    for life in range(1, 5):
        async with at_work(store, tmp_path, place, learner):
            pass
        (left,) = await runs.unfinished(store)
        assert (left.state, learner.ended_early) == ("running", life)
    learner.takes_s = 0.0
    async with training(store, tmp_path, place) as made:
        made.wake()
        assert (await ended(store)).state == "done"
    assert all(each == learner.asked[0] for each in learner.asked), "it goes on from the same snapshot"


async def test_a_run_in_which_the_bot_dies_three_times_is_given_up_in_one_sentence(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    await asked(store)
    for _ in range(3):  # lives that began it and were never heard of again
        (left,) = await runs.unfinished(store)
        await runs.begin(store, Folders(tmp_path), left, BASE, time.time())
    async with training(store, tmp_path, place) as made:
        made.wake()
        run = await ended(store)
        await until(lambda: runs.CUT_OFF in str(place.said))
    assert (run.state, run.sentence, learner.asked) == ("failed", runs.CUT_OFF, [])


async def test_called_off_before_it_began_or_ended_unheard_its_message_says_so(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    await asked(store)
    place.said[50] = ["written down"]
    await runs.shown(store, "1", CHANNEL, 50)
    run = await runs.cancel(store, GUILD, None, None, MANAGER, time.time())
    async with training(store, tmp_path, place) as made:
        made.called_off(run)
        await until(lambda: "Called off" in place.said[50][-1])
        place.said[50].append("as an earlier life left it")
        made.resume()
        await until(lambda: "Called off" in place.said[50][-1])
    assert learner.asked == []


async def test_one_machine_learns_one_thing_after_another(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    await opinionated(store, guild_id=3, now=time.time(), first=7000)
    await asked(store, "1")
    await asked(store, "2", guild_id=3)
    learner.takes_s = 0.3
    async with training(store, tmp_path, place) as made:
        made.wake()
        first, second = await ended(store, "1"), await ended(store, "2")
    assert first.ended_at is not None
    assert second.ended_at is not None
    assert second.ended_at - first.ended_at >= 0.3


async def test_it_waits_for_a_host_that_still_loads_and_can_be_called_off_meanwhile(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    host = Host()
    host.ready = False
    await asked(store)
    async with training(store, tmp_path, place, host) as made:
        made.wake()
        await until(lambda: place.said)
        await runs.cancel(store, GUILD, "1", None, MANAGER, time.time())
        await until(lambda: "Called off" in str(place.said))
    assert learner.asked == []


async def test_on_a_cluster_the_same_command_is_sent_there_and_the_host_is_asked_for_no_turns(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    await asked(store)
    host, folders = Host(), Folders(tmp_path)  # a host that knows of no turns
    made = Training(place, store, host, time.time, folders, "smollm2", on_cluster=True)  # type: ignore[arg-type]
    made.wake()
    await until(lambda: learner.asked)
    assert (await made._turn()).granted
    await made.close()
    (command,) = learner.asked
    assert command[:3] == ["generation.cluster.errand", "bot.leash", "finetune.head"]


async def test_where_the_operator_wants_it_what_was_learnt_is_learnt_again_by_itself(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    await asked(store)
    async with training(store, tmp_path, place) as made:
        made.wake()
        await ended(store)
    await opinionated(store, guild_id=GUILD, first=7000)
    tomorrow = time.time() + again.REST_S + 60
    for wanted in (False, True):
        made = Training(
            place, store, Host(), lambda: tomorrow, Folders(tmp_path), "smollm2", retrain=wanted  # type: ignore[arg-type]
        )  # fmt: skip
        made.resume()
        if wanted:
            await until(lambda: len(learner.asked) == 2)
        else:
            await asyncio.sleep(0.3)
            assert len(learner.asked) == 1
        await made.close()
    assert len(place.said) == 2


async def test_a_run_goes_on_from_what_it_began_with_whatever_serves_by_then(tmp_path: Path) -> None:
    folder = tmp_path / "training" / "1"
    assert begun_from(folder, "starter") == "starter"
    assert begun_from(folder, "aa" * 32) == "starter"
    assert begun_from(tmp_path / "training" / "2", "aa" * 32) == "aa" * 32
    (folder / "parent").write_text("")  # as a power cut may leave it
    assert begun_from(folder, "starter") == "starter"


def test_of_what_a_run_worked_in_its_report_and_its_plots_stay(tmp_path: Path) -> None:
    for name in ("report.json", "report.png", "state.safetensors", "parent"):
        (tmp_path / name).write_text(name)
    for name in ("plots", "candidate"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    tidy(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "report.png", "plots"}
    assert (tmp_path / "plots" / "file").exists()


async def test_while_discord_does_not_say_who_may_manage_nothing_is_learnt_and_it_is_asked_again(
    store: Store, tmp_path: Path, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.taste.training.AGAIN_S", 0.01)
    answers: list[Any] = [discord.DiscordServerError(SimpleNamespace(status=503, reason="away"), "away")] * 3

    class Away(Place):
        async def fetch_member(self, _: int) -> Any:
            assert not learner.asked
            if answers:
                raise answers.pop()
            return SimpleNamespace(guild_permissions=discord.Permissions.none())

    await asked(store)
    async with training(store, tmp_path, Away()) as made:
        made.wake()
        run = await ended(store)
    assert (run.state, run.sentence, learner.asked, answers) == ("failed", runs.NOT_ANY_MORE, [], [])


async def test_while_a_server_is_unavailable_nobody_is_said_to_manage_it_no_more(
    store: Store, tmp_path: Path, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.taste.training.AGAIN_S", 0.01)

    class Away(Place):
        looks = 0

        @property
        def unavailable(self) -> bool:  # type: ignore[override]
            self.looks += 1
            return self.looks < 4

        async def fetch_member(self, _: int) -> Any:
            known = discord.Permissions.none() if self.looks < 4 else discord.Permissions.all()
            return SimpleNamespace(guild_permissions=known)

    await asked(store)
    async with training(store, tmp_path, Away()) as made:
        made.wake()
        run = await ended(store)
    assert run.state == "done"


async def test_a_training_keeps_to_four_bits_where_the_host_does(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    now = time.time()
    await consent.enable(store, GUILD, MANAGER.member_id, now)
    await opinionated(store, pieces=90, first=7000, now=now)
    await runs.ask(store, "1", GUILD, "verse", "adapter", MANAGER, CHANNEL, now)
    made = Training(
        place, store, Host(), time.time, Folders(tmp_path), "smollm2", quant="nf4"  # type: ignore[arg-type]
    )  # fmt: skip
    made.wake()
    try:
        await ended(store)
    finally:
        await made.close()
    trained = learner.asked[-1]
    assert trained[0] == "finetune.train"
    assert trained[trained.index("--quant") + 1] == "nf4"


async def test_a_process_that_is_killed_ends_its_run_with_a_sentence_and_what_serves_serves_on(
    store: Store, tmp_path: Path, place: Place, learner: Learner
) -> None:
    await asked(store)
    async with training(store, tmp_path, place) as made:
        made.wake()
        assert (await ended(store)).state == "done"
        serving = (await store.read(lambda db: tastes.serves(db, GUILD, "verse"))).head
        assert serving is not None
        learner.killed = True
        await asked(store, "2")
        made.wake()
        run = await ended(store, "2")
        await until(lambda: "What served before serves on." in str(place.said))
    assert (run.state, run.sentence) == (
        "failed", "The process that learns ended with -9 before it was done; the log says more.",
    )  # fmt: skip
    assert (await store.read(lambda db: tastes.serves(db, GUILD, "verse"))).head == serving
