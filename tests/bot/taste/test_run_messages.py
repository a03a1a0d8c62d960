"""The message of a run: what it says at the end reaches the channel, in one way or the other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from discord.http import MultipartParameters

from bot.taste.run_messages import PICTURE, RunMessages
from studio.adapters import runs
from studio.adapters.records import Folders
from studio.store import Store
from studio.store import runs as rows
from studio.store.taste_records import Run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import discord

NOW, GUILD, CHANNEL, MESSAGE = 1_800_000_000.0, 1, 2, 3


class Channel:
    """It takes files as Discord's library does, which reads each from where it stands and closes it, whatever comes of it."""

    def __init__(self, *, edits: bool) -> None:
        self.edits = edits
        self.got: list[tuple[str, list[tuple[str, bytes]]]] = []

    def get_partial_messageable(self, _: int, *, guild_id: int | None = None) -> Any:
        return SimpleNamespace(
            send=self._send, get_partial_message=lambda _: SimpleNamespace(edit=self._edit), id=CHANNEL
        )

    def _uploaded(self, files: Sequence[discord.File]) -> list[tuple[str, bytes]]:
        with MultipartParameters(payload=None, multipart=None, files=files):
            return [(file.filename, file.fp.read()) for file in files]

    async def _edit(self, *, attachments: Sequence[discord.File], **_: Any) -> None:
        files = self._uploaded(attachments)
        if not self.edits:
            raise aiohttp.ServerDisconnectedError
        self.got.append(("edited", files))

    async def _send(self, _content: str, *, files: Sequence[discord.File], **_: Any) -> Any:
        self.got.append(("posted", self._uploaded(files)))
        return SimpleNamespace(id=MESSAGE + 1, channel=SimpleNamespace(id=CHANNEL))


@pytest.mark.parametrize(("edits", "how"), [(True, "edited"), (False, "posted")])
async def test_a_report_whose_message_cannot_be_edited_is_posted_whole(
    tmp_path: Path, edits: bool, how: str
) -> None:
    folders, channel = Folders(tmp_path), Channel(edits=edits)
    (folders.training / "1").mkdir(parents=True)
    (folders.training / "1" / PICTURE).write_bytes(b"\x89PNG of a report")
    async with await Store.open(f"sqlite:///{tmp_path / 'renga.db'}", tmp_path / "pictures") as store:
        run = Run("1", GUILD, "verse", "adapter", "running", 13, NOW, channel_id=CHANNEL)
        await store.write(lambda db: rows.ask(db, run))
        await runs.shown(store, "1", CHANNEL, MESSAGE)
        await runs.end(store, run, "failed", NOW + 60, "It came to nothing.")
        await RunMessages(channel, store, lambda: NOW + 60, folders).end(run)  # type: ignore[arg-type]
    assert channel.got == [(how, [(PICTURE, b"\x89PNG of a report")])]
