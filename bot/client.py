"""The Discord client: its cogs, its intents, its commands' sync, and who is let in.

No privileged intent is asked for; messages' content is never read.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot import verbs, views
from bot.apology import apologise
from bot.cogs import help as help_cog
from bot.cogs import paint, pieces, reactions, write
from bot.pictures import buttons
from bot.pictures import verbs as picture_verbs
from bot.runs import Runs
from bot.shown import NO_PINGS
from generation.forms.brief import warm
from studio import guilds
from studio.pictures.forget import sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from generation.wire.client import GenerationClient
    from studio.ask import Limits
    from studio.pages import Press
    from studio.store import Store

log = structlog.get_logger(__name__)

ENTRY_POINT_STAYS = 50240  # a bulk update must keep an Activity's Entry Point command

COGS = (write.Write, paint.Paint, pieces.Pieces, reactions.Reactions, help_cog.Help)


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
        data_dir: Path, allowed_guilds: frozenset[int], press: Press | None,
    ) -> None:  # fmt: skip
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
        self.runs = Runs(self, store, generation, clock, limits, press)
        self.picking: set[tuple[str, int]] = set()  # jobs and parts whose picked message is on its way
        self.was_ready = asyncio.Event()
        self._data_dir = data_dir
        self._chores: set[asyncio.Task[None]] = set()

    async def setup_hook(self) -> None:
        """Before the gateway is opened: cogs, buttons, commands."""
        for cog in COGS:
            await self.add_cog(cog(self))
        self.add_dynamic_items(views.VerbButton, buttons.PictureButton)
        self.chore(sweep(self.store, self.clock()), "sweep")
        self.chore(asyncio.to_thread(warm), "warm")
        await self._sync()

    async def on_ready(self) -> None:
        """After a new session (not after one that resumed): take up what was left."""
        log.info("ready", guilds=len(self.guilds))
        self.was_ready.set()
        self.chore(self.runs.resume(), "resume")
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
        for chore in list(self._chores):
            chore.cancel()
        await super().close()

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
