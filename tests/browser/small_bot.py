"""A bot of its own for the chat page's tests: one of everything that a page must show. Not Renga.

`python -m tests.browser.small_bot http://127.0.0.1:PORT` speaks to a sandbox. It keeps no state: what a button
does is in its `custom_id`, so that a restarted bot answers the buttons of the one before.
"""

from __future__ import annotations

import asyncio
import io
import struct
import sys
import zlib
from typing import Any, Literal

import discord
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from PIL import Image, ImageDraw
from yarl import URL

FORMS = ("haiku", "sonnet", "free verse", "limerick", "tanka")
LINES = ("autumn dusk falls slow", "a lamp is lit by the gate", "somebody comes home")
STYLES = discord.ButtonStyle


class SmallBot(discord.Client):
    """One command for each thing to show."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)
        for command in (poem, secret, silent, show, files, pictures, emoji, brief, everyone):
            self.tree.add_command(command)
        self.tree.add_command(app_commands.ContextMenu(name="Count words", callback=count_words))
        self.tree.add_command(Adapter(name="adapter", description="Adapters"))

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        print("ready", flush=True)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        data: dict[str, Any] = dict(interaction.data or {})
        custom_id = data.get("custom_id", "")
        if interaction.type is discord.InteractionType.component:
            await self.press(interaction, custom_id, data.get("values", []))
        elif interaction.type is discord.InteractionType.modal_submit:
            told = {
                row["components"][0]["custom_id"]: row["components"][0]["value"] for row in data["components"]
            }
            await interaction.response.send_message(f"**{told['title']}** by {told['poet'] or 'nobody'}")

    async def press(self, interaction: discord.Interaction[Any], custom_id: str, values: list[str]) -> None:
        respond = interaction.response
        if custom_id == "again":
            await respond.defer(thinking=True)
            await interaction.followup.send("Here is another one.")
        elif custom_id.startswith("grow:"):
            count = int(custom_id.partition(":")[2]) + 1
            await respond.edit_message(content=grown(count), view=growing(count))
        elif custom_id == "form":
            await respond.send_modal(form())
        elif custom_id == "acknowledge":
            await respond.defer()
        elif custom_id == "pick":
            await respond.send_message(f"Picked {', '.join(values)}", ephemeral=True)


async def count_words(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    await interaction.response.send_message(f"{len(message.content.split())} words", ephemeral=True)


@app_commands.command(description="Write a poem")
@app_commands.describe(
    theme="What it is about", form="Which form", length="How long", seed="Any whole number"
)
async def poem(
    interaction: discord.Interaction[Any], theme: app_commands.Range[str, 1, 200], form: str = "free verse",
    length: Literal["short", "long"] = "short", seed: app_commands.Range[int, 0, 99] = 7, loud: bool = False,
) -> None:  # fmt: skip
    await interaction.response.defer(thinking=True)
    told = f"-# {form} · “{discord.utils.escape_markdown(theme)}” · {length} · seed {seed}{' · LOUD' if loud else ''}"
    for count in range(1, len(LINES) + 1):
        await interaction.edit_original_response(content=f"{grown(count)}\n{told}")
        await asyncio.sleep(0.25)
    message = await interaction.edit_original_response(
        content=f"{grown(len(LINES))}\n{told} · for <@{interaction.user.id}>", view=buttons("again", "form")
    )
    for emoji in "👍👎":
        await message.add_reaction(emoji)


@poem.autocomplete("form")
async def forms(_: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    if current.startswith("s"):
        await asyncio.sleep(0.4)  # an answer that is late, for whoever types on
    return [app_commands.Choice(name=f"A {form}", value=form) for form in FORMS if current in form]


@app_commands.command(description="Only for your eyes")
async def secret(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_message(f"A secret for <@{interaction.user.id}>.", ephemeral=True)


@app_commands.command(description="Never answers")
async def silent(interaction: discord.Interaction[Any]) -> None:
    pass


@app_commands.command(description="Says what you say, with buttons of every kind")
async def show(interaction: discord.Interaction[Any], what: str) -> None:
    view = buttons("acknowledge", "silent", "form")
    view.add_item(discord.ui.Button(label="Danger", style=STYLES.danger, custom_id="danger", disabled=True))
    view.add_item(discord.ui.Button(label="Elsewhere", url="https://example.org/"))
    options = [discord.SelectOption(label=form, description="a form") for form in FORMS]
    view.add_item(discord.ui.Select(placeholder="Pick a form", custom_id="pick", options=options))
    await interaction.response.send_message(what.replace("\\n", "\n"), view=view)


@app_commands.command(description="Three files")
async def files(interaction: discord.Interaction[Any]) -> None:
    lines = "\n".join(f"line {number}" for number in range(1, 31))
    await interaction.response.send_message(files=[
        discord.File(io.BytesIO(picture()), "dusk.png", description="A dusk in three colours"),
        discord.File(io.BytesIO(lines.encode()), "poem.txt"),
        discord.File(io.BytesIO(b"\x00" * 2048), "adapter.safetensors"),
    ])  # fmt: skip


@app_commands.command(description="Pictures: two in place, one covered, one in an embed")
async def pictures(interaction: discord.Interaction[Any]) -> None:
    embed = discord.Embed(title="In an embed").set_image(url="attachment://inside.png")
    await interaction.response.send_message(embed=embed, files=[
        discord.File(io.BytesIO(drawn("PNG")), "ring.png", description="A ring on nothing"),
        discord.File(io.BytesIO(drawn("WEBP", frames=3)), "turn.webp", description="A ring that changes"),
        discord.File(io.BytesIO(drawn("PNG")), "late.png", description="A ring to come", spoiler=True),
        discord.File(io.BytesIO(drawn("PNG")), "inside.png"),
    ])  # fmt: skip


@app_commands.command(description="Makes an emoji and uses it everywhere")
async def emoji(interaction: discord.Interaction[Any], name: str) -> None:
    assert interaction.guild is not None
    made = await interaction.guild.create_custom_emoji(name=name, image=drawn("PNG", side=128))
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Quietly", emoji=made, custom_id="acknowledge"))
    await interaction.response.send_message(f"Here is {made}, and <:gone:1> is gone.", view=view)
    await (await interaction.original_response()).add_reaction(made)


@app_commands.command(description="Opens a form")
async def brief(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_modal(form())


@app_commands.command(description="A poem that grows at a press")
async def everyone(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_message(grown(1), view=growing(1))


class Adapter(app_commands.Group):
    """Sub-commands."""

    @app_commands.command(description="Train one")
    async def train(self, interaction: discord.Interaction[Any], name: str, by: discord.Member) -> None:
        await interaction.response.send_message(f"Training {name} for {by.mention}.")


def grown(count: int) -> str:
    return "\n".join(LINES[:count])


def buttons(*names: str) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    looks = {
        "again": ("Again", "🔁", STYLES.secondary), "form": ("Edit brief", "✏️", STYLES.primary),
        "acknowledge": ("Quietly", None, STYLES.success), "silent": ("Broken", None, STYLES.secondary),
    }  # fmt: skip
    for name in names:
        label, emoji, style = looks[name]
        view.add_item(discord.ui.Button(label=label, emoji=emoji, style=style, custom_id=name))
    return view


def growing(count: int) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="More", custom_id=f"grow:{count}", disabled=count >= len(LINES)))
    return view


def form() -> discord.ui.Modal:
    modal = discord.ui.Modal(title="Edit the brief", custom_id="brief")
    modal.add_item(discord.ui.TextInput(label="Title", custom_id="title", min_length=3, max_length=20))
    modal.add_item(discord.ui.TextInput(
        label="Poet", custom_id="poet", required=False, style=discord.TextStyle.paragraph, placeholder="Who?",
    ))  # fmt: skip
    return modal


def picture(width: int = 240, height: int = 120) -> bytes:
    """A PNG of three bands."""
    bands = (b"\x2f\x4a\x6d", b"\xd9\x69\x4a", b"\x26\x24\x1f")
    rows = b"".join(b"\x00" + bands[row * 3 // height] * width for row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def drawn(kind: str, side: int = 160, frames: int = 1) -> bytes:
    """A ring on a transparent ground; with more frames, of other colours in turn."""
    colours = ("#c2410c", "#0f766e", "#6d28d9")
    made = [Image.new("RGBA", (side, side)) for _ in range(frames)]
    for image, colour in zip(made, colours, strict=False):
        ImageDraw.Draw(image).ellipse(
            (side // 8, side // 8, side * 7 // 8, side * 7 // 8), outline=colour, width=side // 6
        )
    file = io.BytesIO()
    moves = {"save_all": True, "append_images": made[1:], "duration": 200, "loop": 0} if frames > 1 else {}
    made[0].save(file, kind, **moves)
    return file.getvalue()


def main() -> None:
    address = sys.argv[1]
    Route.BASE = f"{address}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = URL(f"{address.replace('http', 'ws', 1)}/gateway")
    SmallBot().run("sandbox", log_handler=None)


if __name__ == "__main__":
    main()
