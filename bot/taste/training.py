"""The runs of this machine: one after another, each a process on a leash, which tells its message (`run_messages`) how far it is.

What may be learnt and what becomes of it is the studio's (`studio.adapters.runs`). A bot that comes back takes up the run that it
left, which goes on from its last state; one that was called off meanwhile, by whomever, is ended at its next step.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord
import structlog

from bot.apology import new_reference
from bot.shown import TRANSIENT
from bot.taste import cards
from bot.taste.child import Ended, work
from bot.taste.run_messages import PICTURE, RunMessages
from generation.wire.errors import WireError
from generation.wire.turns import Turn
from studio.adapters import again, runs
from studio.adapters.records import KINDS
from studio.errors import Refusal, StoreUnavailable
from studio.store.taste_records import FORGOTTEN

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from pathlib import Path

    from bot.live import LiveMessage
    from generation.wire.client import GenerationClient
    from studio.adapters.records import Folders
    from studio.adapters.runs import Begun, Learnt
    from studio.store import Store
    from studio.store.taste_records import Run

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0
AGAIN_S = 5.0
LOCKED_FOR_S = 180  # at most, by the leases of file servers
ASKED_TIMES = 60  # of Discord, about one member
UNASKED = Turn(True, 2.0)
TOLD_AGAIN_S = 10 * 60.0
LOOK_AGAIN_S = 3600.0
HOST_READY_WITHIN_S = 600.0
ON_CLUSTER = (
    "generation.cluster.errand",
    "bot.leash",
)  # there, too, it lives no longer than who holds its leash
REPORT, PARENT, STARTER = "report.json", "parent", "starter"
KEPT = (REPORT, PICTURE, "plots")  # of what a run worked in; TensorBoard's files are a few kilobytes


class CalledOff(Exception):  # noqa: N818 - an answer, not a fault
    """Somebody ended the run in the store."""


class Broken(Exception):  # noqa: N818 - what a process did
    """The process ended without a result; the message is a sentence for the moderator."""


class Training:
    """Takes up what is to be learnt, oldest first, until it is closed."""

    def __init__(
        self, client: discord.Client, store: Store, generation: GenerationClient, clock: Callable[[], float],
        folders: Folders, model: str, *, retrain: bool = False, on_cluster: bool = False, threads: int = 0,
        quant: str = "none",
    ) -> None:  # fmt: skip
        """`model` is TEXT_MODEL: what the processes load. `retrain`: learn again by itself where enough was said. `on_cluster`: they
        run on a node of a Ray cluster, which has the same folders, and take no turns with this machine's host. `threads` that a
        training on this machine may use; 0: all, by turns. `quant` is TEXT_QUANT: where memory is too short to serve whole weights, it is
        too short to train beside them.
        """
        self._client = client
        self._store = store
        self._generation = generation
        self._clock = clock
        self._folders = folders
        self._model = model
        self._messages = RunMessages(client, store, clock, folders)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._current: str | None = None
        self._retrain = retrain
        self._on_cluster = on_cluster
        self._threads = threads
        self._quant = quant
        self._looking: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look at the store now: something was left by an earlier life, asked for, or called off."""
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work_all(), name="training")

    def resume(self) -> None:
        """After a new session: take up what was left, and say again what ended as we were cut off."""
        self._tell(self._tell_again())
        self.wake()
        if self._retrain and self._looking is None:
            self._looking = asyncio.create_task(self._look_again(), name="learn-again")

    def called_off(self, run: Run) -> None:
        """A run was, in the store: it ends at its next step, or is told to have ended where it had not begun."""
        if run.id == self._current:
            self.wake()
        else:
            self._tell(self._messages.end(run))

    def _tell(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="run-told")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell_again(self) -> None:
        try:
            guilds = [guild.id for guild in self._client.guilds]
            for run in await runs.ended_since(self._store, guilds, self._clock() - TOLD_AGAIN_S):
                await self._messages.end(run)
        except StoreUnavailable:
            log.warning("store_away")

    async def close(self) -> None:
        """Stop; what is unfinished is taken up by the next life."""
        for task in list(self._telling):
            task.cancel()
        if self._looking is not None:
            self._looking.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look_again(self) -> None:
        """Every so often, see of which servers enough is known that is new, and learn it."""
        while True:
            try:
                everywhere = itertools.product([guild.id for guild in self._client.guilds], KINDS)
                for number, (guild_id, kind) in enumerate(everywhere):
                    now = self._clock()
                    # as an interaction's would be, which are in the order of time
                    moment = discord.utils.time_snowflake(datetime.fromtimestamp(now, UTC))
                    run = await again.ask(self._store, str(moment + number), guild_id, kind, now)
                    if run is not None:
                        log.info("run_again", run=run.id, kind=kind, what=run.what, guild=guild_id)
                        self.wake()
            except StoreUnavailable:
                log.warning("store_away")
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _work_all(self) -> None:
        """Take up one run after another until there is none."""
        while self._wake.is_set():
            try:
                self._wake.clear()
                going = await runs.unfinished(self._store)
                if going:
                    await self._one(going[0])
                    self._wake.set()
            except StoreUnavailable:
                log.warning("store_away")
                await asyncio.sleep(AGAIN_S)
                self._wake.set()

    async def _one(self, run: Run) -> None:
        """Bring a run to its end, whatever happens on the way."""
        self._current = run.id
        live = await self._messages.begin(run)
        log.info("run_taken_up", run=run.id, kind=run.kind, what=run.what, guild=run.guild_id)
        try:
            await self._learn(run, live)
        except CalledOff:
            await runs.discard(self._store, self._folders, run.id)
        except (Refusal, runs.LostError, Broken) as error:
            await runs.end(self._store, run, "failed", self._clock(), str(error))
        except (StoreUnavailable, asyncio.CancelledError):
            raise
        except Exception:
            reference = new_reference()
            log.exception("run_broke", run=run.id, reference=reference)
            sentence = f"Something went wrong on my side. (ref {reference})"
            await runs.end(self._store, run, "failed", self._clock(), sentence)
        finally:
            self._current = None
            if live is not None:
                await live.close()
        await self._messages.end(run)
        await asyncio.to_thread(tidy, self._folders.training / run.id)

    async def _learn(self, run: Run, live: LiveMessage | None) -> None:
        await self._check_asker(run)
        base = await self._base_of_ready_host(run)
        begun = await runs.begin(self._store, self._folders, run, base, self._clock())
        try:
            learnt = await self._head(begun, live)
            if run.what == "head":
                return
            if learnt.missing is not None:
                raise Refusal(f"The picker serves; for an adapter too little is known: {learnt.missing}.")
            await self._adapter(begun, learnt, live, str(base))
        except asyncio.CancelledError:
            with contextlib.suppress(StoreUnavailable):  # it counts as cut off, then
                await runs.let_go(self._store, run)
            raise

    async def _check_asker(self, run: Run) -> None:
        """See that whoever asked may still ask, which may have been days ago; where Discord does not say, it is asked again.

        Raises:
            Refusal: they may not, or Discord did not say for long.
            CalledOff: the run was, meanwhile.
        """
        for _ in range(ASKED_TIMES):
            guild = self._client.get_guild(run.guild_id)
            if guild is None or run.asked_by == FORGOTTEN:
                raise Refusal(runs.NOT_ANY_MORE)
            member, why = None, "guild unavailable"
            if not guild.unavailable:  # else nobody has a role there, as far as we know
                try:
                    member = await guild.fetch_member(run.asked_by)
                except discord.NotFound:
                    raise Refusal(runs.NOT_ANY_MORE) from None
                except TRANSIENT as error:
                    why = type(error).__name__
            if member is None:
                log.info("asker_not_looked_for", run=run.id, error=why)
                await self._goes_on(run, None)
                await asyncio.sleep(AGAIN_S)
                continue
            if not member.guild_permissions.manage_guild:
                raise Refusal(runs.NOT_ANY_MORE)
            return
        raise Refusal(
            "Discord does not say whether whoever asked may still manage the server; ask again later."
        )

    async def _base_of_ready_host(self, run: Run) -> str | None:
        """The model's digest, once the host has loaded it.

        Raises:
            CalledOff: the run was, meanwhile.
        """
        since = self._clock()
        while True:
            try:
                stats = await self._generation.stats()
            except WireError:
                stats = {}
            if stats.get("ready"):
                found = (stats.get("engine") or {}).get("base")
                return found if isinstance(found, str) else None
            if self._clock() - since > HOST_READY_WITHIN_S:
                raise Refusal("The model is not ready; ask again when it is.")
            await self._goes_on(run, None)
            await asyncio.sleep(1.0)

    async def _head(self, begun: Begun, live: LiveMessage | None) -> Learnt:
        run = begun.run
        ended = await self._work(
            run, live,
            ["finetune.head", str(begun.directory), str(self._folders.of("head")), "--base", self._model,
             "--data-dir", str(self._folders.data), "--quant", self._quant],
        )  # fmt: skip
        if ended.code != 0:
            raise Broken(_why(ended))
        made = self._folders.of("head") / ended.said.rpartition("/")[2]
        return await runs.head_learnt(self._store, self._folders, begun, made, self._clock())

    async def _adapter(self, begun: Begun, learnt: Learnt, live: LiveMessage | None, base: str) -> None:
        run = begun.run
        folder = self._folders.training / run.id
        serving = await runs.incumbent(self._store, run.guild_id, run.kind, base)
        # once it has begun it goes on from that, whatever serves meanwhile
        try:
            serving = await asyncio.to_thread(begun_from, folder, serving or STARTER)
        except OSError as error:
            raise Broken(f"The training's folder cannot be written: {error.strerror or error}.") from error
        parent = serving if serving == STARTER else str(self._folders.of("adapter") / serving)
        # a lock of a node that was lost may stand for a while
        how = ["--wait-s", str(LOCKED_FOR_S)] if self._on_cluster else ["--threads", str(self._threads)]
        how += ["--quant", self._quant]
        ended = await self._work(
            run, live,
            ["finetune.train", str(begun.directory), str(folder), "--head", str(self._folders.of("head") / learnt.version.digest),
             "--parent", parent, "--base", self._model, "--data-dir", str(self._folders.data),
             "--adapters", str(self._folders.of("adapter")), "--progress", "json", *how],
        )  # fmt: skip
        result = ended.result or {}
        if ended.code != 0 or "report" not in result:
            raise Broken(_why(ended))
        made = (
            self._folders.of("adapter") / str(result["adapter"]).rpartition("/")[2]
            if result["adapter"]
            else None
        )
        await runs.adapter_made(self._store, self._folders, run, made, folder / REPORT, self._clock())

    async def _work(self, run: Run, live: LiveMessage | None, arguments: Sequence[str]) -> Ended:
        """Run a process to its end, tell how far it is, and end it where the run was called off.

        Raises:
            CalledOff: it was.
            Broken: it could not be started.
        """
        newest: list[Mapping[str, Any]] = []

        def heard(said: Mapping[str, Any]) -> None:
            newest[:] = [said]

        command = [*ON_CLUSTER, *arguments] if self._on_cluster else arguments
        child = asyncio.create_task(work(command, heard, self._turn), name=f"run-{run.id}")
        try:
            while True:
                waking = asyncio.create_task(self._wake.wait())
                await asyncio.wait({child, waking}, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                waking.cancel()
                self._wake.clear()
                if child.done():
                    return child.result()
                step = newest[0] if newest else None
                await self._goes_on(run, step)
                if live is not None:
                    live.say(cards.learning(run.kind, run.what, step), every_s=LOOK_EVERY_S)
        except OSError as error:
            raise Broken(f"It could not be started: {error.strerror or error}.") from error
        finally:
            child.cancel()
            await asyncio.gather(child, return_exceptions=True)

    async def _turn(self) -> Turn:
        """Whether it may work on for a turn: the host says so, and where there is none, or it works elsewhere, nobody waits."""
        if self._on_cluster:
            return UNASKED
        try:
            return await self._generation.turn()
        except WireError:
            return UNASKED

    async def _goes_on(self, run: Run, step: Mapping[str, Any] | None) -> None:
        at, of = ((step or {}).get(name) for name in ("step", "of"))
        numbers = (at, of) if isinstance(at, int) and isinstance(of, int) else (run.step, run.steps)
        try:
            if not await runs.progressed(self._store, run.id, *numbers):
                raise CalledOff
        except StoreUnavailable:
            log.warning("store_away", run=run.id)  # it works on: nothing is lost


def begun_from(folder: Path, serving: str) -> str:
    """What a run's training began with, written down in its folder: at its beginning, what serves. Blocks."""
    file = folder / PARENT
    if file.exists() and (before := file.read_text()):
        return before
    folder.mkdir(parents=True, exist_ok=True)
    written = file.with_name(f".{PARENT}")
    written.write_text(serving)
    written.replace(file)
    return serving


def _why(ended: Ended) -> str:
    """Why a process ended without a result, in one sentence."""
    if ended.sentence:
        return ended.sentence
    return f"The process that learns ended with {ended.code} before it was done; the log says more."


def tidy(folder: Path) -> None:
    """Delete what a run worked in, but for its report. Blocks."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
