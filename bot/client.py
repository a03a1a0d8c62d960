"""The Discord client: its cogs, its intents, its commands' sync, and who is let in.

No privileged intent is asked for; messages' content is never read.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot import verbs, views
from bot.apology import apologise
from bot.cogs import adapters, moderation, paint, pieces, privacy, reactions, write
from bot.cogs import help as help_cog
from bot.pictures import buttons
from bot.pictures import verbs as picture_verbs
from bot.runs import Runs
from bot.shown import NO_PINGS, TRANSIENT
from bot.taste import cards, trying
from bot.taste.buttons import TasteButton
from bot.taste.training import Training
from bot.taste.verbs import back_again
from generation.forms.brief import warm
from generation.wire.errors import WireError
from studio import consent, guilds
from studio.adapters import alarms, trials, versions
from studio.adapters.records import Folders
from studio.errors import StoreUnavailable
from studio.pictures.forget import sweep
from studio.store.taste_records import OURSELVES

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from generation.wire.client import GenerationClient
    from studio.ask import Limits
    from studio.pages import Press
    from studio.store import Store

log = structlog.get_logger(__name__)

ENTRY_POINT_STAYS = 50240  # a bulk update must keep an Activity's Entry Point command

COGS = (
    write.Write, paint.Paint, pieces.Pieces, reactions.Reactions, adapters.Adapters, privacy.Privacy, moderation.Moderation,
    help_cog.Help,
)  # fmt: skip
TRIALS_LOOKED_AFTER_S = 300.0
HOST_ANSWERS_S = 1.0  # somebody waits for the answer to a click


class Tree(app_commands.CommandTree["Renga"]):
    """The commands, and the one place where a failed one is answered."""

    async def interaction_check(self, interaction: discord.Interaction[Renga], /) -> bool:
        """Refuse servers that the operator did not list."""
        return await self.client.lets_in(interaction)

    async def on_error(
        self, interaction: discord.Interaction[Renga], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the member one sentence, whatever went wrong."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await apologise(interaction, cause)


class Renga(commands.Bot):
    """The bot. It owns no rule: cogs parse, the studio decides, cards render."""

    def __init__(
        self, *, store: Store, generation: GenerationClient, clock: Callable[[], float], limits: Limits,
        data_dir: Path, allowed_guilds: frozenset[int], press: Press | None, learns: str | None, retrain: bool = False,
        on_cluster: bool = False, threads: int = 0, quant: str = "none",
    ) -> None:  # fmt: skip
        """`learns` is the model that is trained, as TEXT_MODEL; None: nothing is. `retrain`: by itself, too. `on_cluster`: on a node
        of a Ray cluster, not on this machine. `threads` that this may take here; 0: all. `quant` is
        TEXT_QUANT, which training keeps to.
        """
        intents = discord.Intents.none()
        intents.guilds = True
        intents.guild_messages = True  # deletions of our own messages, never content
        intents.guild_reactions = True
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=intents,
            tree_cls=Tree,
            allowed_mentions=NO_PINGS,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            max_messages=None,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=120,
            guild_ready_timeout=0.5,
        )
        self.store = store
        self.generation = generation
        self.clock = clock
        self.allowed_guilds = allowed_guilds
        self.folders = Folders(data_dir)
        self.training = (
            Training(
                self,
                store,
                generation,
                clock,
                self.folders,
                learns,
                retrain=retrain,
                on_cluster=on_cluster,
                threads=threads,
                quant=quant,
            )
            if learns
            else None
        )
        self.writing_two: set[str] = set()  # trials whose next pair is on its way
        self.runs = Runs(self, store, generation, clock, limits, press, self.look_after)
        self._looking: asyncio.Task[None] | None = None
        self.picking: set[tuple[str, int]] = set()  # jobs and parts whose picked message is on its way
        self.was_ready = asyncio.Event()
        self._data_dir = data_dir
        self._chores: set[asyncio.Task[None]] = set()

    async def setup_hook(self) -> None:
        """Before the gateway is opened: cogs, buttons, commands."""
        for cog in COGS:
            await self.add_cog(cog(self))
        self.add_dynamic_items(views.VerbButton, views.PickButton, buttons.PictureButton, TasteButton)
        self.chore(sweep(self.store, self.clock()), "sweep")
        self.chore(consent.sweep(self.store, self.folders.snapshots), "sweep-snapshots")
        self.chore(versions.sweep(self.store, self.folders), "sweep-versions")
        self.chore(asyncio.to_thread(warm), "warm")
        await self._sync()

    async def on_ready(self) -> None:
        """After a new session (not after one that resumed): take up what was left."""
        log.info("ready", guilds=len(self.guilds))
        self.was_ready.set()
        self.chore(self.runs.resume(), "resume")
        if self.training is not None:
            self.training.resume()
        if self._looking is None or self._looking.done():
            self._looking = self.chore(self._look_after_trials(), "look-after-trials")
        reconciler = self.get_cog("Reactions")
        assert isinstance(reconciler, reactions.Reactions)
        reconciler.reconcile()

    async def on_interaction(self, interaction: discord.Interaction[Renga]) -> None:
        """Modals are routed by their id, so that they outlive a restart and two members can have one open."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: dict[str, Any] = dict(interaction.data or {})
        custom_id = data.get("custom_id", "")
        if match := views.BRIEF_FORM.fullmatch(custom_id):
            await verbs.submit(interaction, match[1])
        elif match := views.WISH_FORM.fullmatch(custom_id):
            await verbs.adjust(interaction, match[1])
        elif match := buttons.NAME_FORM.fullmatch(custom_id):
            await picture_verbs.submit(interaction, match[1], match[2], int(match[3]))

    async def lets_in(self, interaction: discord.Interaction[Renga]) -> bool:
        """Whether the interaction's server is one that the operator serves; where not, it is told so."""
        if interaction.guild_id is None or guilds.is_served(interaction.guild_id, self.allowed_guilds):
            return True
        if interaction.type is not discord.InteractionType.autocomplete:
            await interaction.response.send_message("This bot does not serve this server.", ephemeral=True)
        return False

    async def close(self) -> None:
        """Stop following jobs, then leave Discord."""
        await self.runs.close()
        if self.training is not None:
            await self.training.close()
        for chore in list(self._chores):
            chore.cancel()
        await super().close()

    async def base(self) -> str | None:
        """The digest of the text model that the host serves; None where it does not say, or not in time."""
        try:
            async with asyncio.timeout(HOST_ANSWERS_S):
                stats = await self.generation.stats()
        except (WireError, TimeoutError):
            return None
        found = (stats.get("engine") or {}).get("base")
        return found if isinstance(found, str) else None

    async def forget_member(self, member_id: int) -> consent.Receipt:
        """Forget a member, and delete the files of whatever learnt from them.

        Raises:
            Refusal: something that they asked for is still being made.
            StoreUnavailable: it could not be written.
        """
        receipt = await consent.delete(self.store, member_id, self.clock(), folder=self.folders.snapshots)
        await asyncio.to_thread(versions.forget, self.folders, receipt.tastes, receipt.runs)
        log.info(
            "member_forgotten", rows=sum(receipt.rows.values()), snapshots=len(receipt.snapshots),
            tastes=len(receipt.tastes), runs=len(receipt.runs),
        )  # fmt: skip
        if self.training is not None:
            self.training.wake()
        return receipt

    def look_after(self, guild_id: int, kind: str, channel_id: int) -> None:
        """A piece was made or flagged: see whether that decides a trial, or takes a version back. What changes is told there."""
        self.chore(self._look_after(guild_id, kind, channel_id), "look-after")

    async def _look_after_trials(self) -> None:
        """Every so often, see what the reactions on pieces that are there already say of quiet trials."""
        while True:
            with contextlib.suppress(StoreUnavailable):
                for trial in await trials.quiet(self.store):
                    guild = self.get_guild(trial.guild_id)
                    if guild is not None and not guild.unavailable:
                        self.look_after(trial.guild_id, trial.kind, trial.channel_id or 0)
            await asyncio.sleep(TRIALS_LOOKED_AFTER_S)

    async def _look_after(self, guild_id: int, kind: str, channel_id: int) -> None:
        try:
            moved = await alarms.watch(self.store, self.folders, guild_id, kind, self.clock())
            ended = await trials.look(self.store, self.folders, guild_id, kind, self.clock())
        except StoreUnavailable:
            return  # the next piece looks again
        if ended is not None:
            await trying.tell(self, ended)
        if moved is None:
            return
        change, why = moved
        log.warning("taken_back", guild=guild_id, kind=kind, version=change.version.digest[:12], why=why)
        channel = self.get_partial_messageable(channel_id, guild_id=guild_id)
        told = cards.taken_back(change.version, change.other, OURSELVES, why)
        try:
            await channel.send(told, view=back_again(change), allowed_mentions=NO_PINGS)
        except TRANSIENT as error:
            log.info("not_told", error=type(error).__name__)

    def chore(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run `work` beside everything else; its failure is logged."""
        task = asyncio.create_task(work, name=name)
        self._chores.add(task)
        task.add_done_callback(self._chore_ended)
        return task

    def _chore_ended(self, task: asyncio.Task[None]) -> None:
        self._chores.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("chore_failed", chore=task.get_name(), exc_info=error)

    async def _sync(self) -> None:
        """Publish the commands when they changed, or when Discord has others than we think."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        memory = self._data_dir / "commands.json"
        known = _remembered(memory)
        there = {command.name for command in await self.tree.fetch_commands()}
        if known.get(str(self.application_id)) == digest and there == {
            command["name"] for command in payload
        }:
            return
        await self._publish(payload)
        written = memory.with_suffix(".new")
        written.write_text(json.dumps({**known, str(self.application_id): digest}))
        written.replace(memory)  # a kill half-way leaves the old one
        log.info("commands_synced", commands=len(payload))

    async def _publish(self, payload: list[Any]) -> None:
        """Make Discord's commands ours, one by one where an Entry Point command forbids all at once."""
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            if error.code != ENTRY_POINT_STAYS:
                raise
            assert self.application_id is not None
            for command in payload:
                await self.http.upsert_global_command(self.application_id, command)


def _remembered(memory: Path) -> dict[str, str]:
    """Which commands each application had when they were last published; nothing where that cannot be read."""
    try:
        known = json.loads(memory.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
