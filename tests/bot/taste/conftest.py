"""A moderator, and a process that learns: a stand-in that leaves what the real one leaves."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.taste import training
from bot.taste.child import Ended
from finetune.report import Gate, Report, Side, save
from tests.bot.conftest import BASE
from tests.studio.adapters.made import digest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from generation.wire.turns import Turn


@dataclass
class Learner:
    """What `bot.taste.child.work` does, at once. It works for `takes_s`, and does `meanwhile`."""

    auc: float = 0.8
    gates: tuple[Gate, ...] = (Gate("perplexity", 1.0, 1.0, 1.05, True, False, "Perplexity is as it was."),)
    sentence: str = ""
    killed: bool = False  # by whoever, while the bot lives
    takes_s: float = 0.0
    meanwhile: Callable[[], Awaitable[None]] | None = None
    asked: list[list[str]] = field(default_factory=list)
    ended_early: int = 0

    async def work(
        self, arguments: Sequence[str], heard: Callable[[Mapping[str, Any]], None], _turn: Callable[[], Awaitable[Turn]]
    ) -> Ended:  # fmt: skip
        self.asked.append(list(arguments))
        if self.takes_s:
            heard({"phase": "train", "step": 12, "of": 60, "loss": 0.6123, "eta_s": 120})
            try:
                if self.meanwhile is not None:
                    await self.meanwhile()
                await asyncio.sleep(self.takes_s)
            except asyncio.CancelledError:
                self.ended_early += 1
                raise
        if self.killed:
            return Ended(-9)
        if self.sentence:
            return Ended(1, sentence=self.sentence)
        return self._left(arguments)

    def _left(self, arguments: Sequence[str]) -> Ended:
        given = dict(pairwise(arguments))
        if arguments[0] == "finetune.head":
            made = Path(arguments[2]) / digest(f"head of {arguments[1]}")
            made.mkdir(parents=True, exist_ok=True)
            (made / "manifest.json").write_text(json.dumps({"base": BASE, "auc": self.auc}))
            return Ended(0, str(made))
        passed = all(gate.passed or gate.waivable for gate in self.gates)
        adapter = Path(given["--adapters"]) / digest(f"adapter of {arguments[1]}")
        if passed:
            adapter.mkdir(parents=True, exist_ok=True)
        folder = Path(arguments[2])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        report = Report(
            "verse", "dpo", Path(arguments[1]).name, BASE, None, None, adapter.name if passed else None, ("haiku",), 16, 16,
            8, 6, 120, 60, self.gates, (Side("haiku", "rain", "before", "after"),), (), (), {}, 1_800_000_000.0,
        )  # fmt: skip
        path = save(report, folder)
        return Ended(0, result={"adapter": str(adapter) if passed else None, "report": str(path)})


@pytest.fixture
def learner(monkeypatch: pytest.MonkeyPatch) -> Learner:
    made = Learner()
    monkeypatch.setattr(training, "work", made.work)
    monkeypatch.setattr(training, "LOOK_EVERY_S", 0.05)
    return made


@pytest.fixture
def mo(simcord_env: Any, guild: Any) -> Any:
    """A member who may manage the server and its messages."""
    role = guild.create_role(
        "keepers", permissions=discord.Permissions(manage_guild=True, manage_messages=True)
    )
    return guild.add_member(simcord_env.create_user("mo"), roles=[role])
