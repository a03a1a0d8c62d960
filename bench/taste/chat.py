"""A simulated server that lives in the sandbox's chat: its members ask the real bot, say that their votes count, and react through
Discord's own events; a moderator asks for an adapter, and the bot has it learnt.

Only time is not theirs. Sixty days lie between the votes and nobody waits for them, so when each piece was made and each vote
cast is written into the bot's store after the last. What it then learns of, and how, is the bot's alone.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

from sqlalchemy import func, select, update

from bench.report import tell
from bench.rig import Rig, RigError
from bench.taste.prompts import FORM
from bench.taste.stored import DOWN, KIND, UP
from generation import whole
from studio.store import Store, runs, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection, Select

    from bench.taste.community import Community, Reaction
    from studio.store.taste_records import Run

MODERATOR, ASKERS = "mo", ("ada", "bo")
UNDER_WAY = 16  # pieces at once; a member may have ten
STUCK_S = 180.0  # without anything new, while something is waited for
LEARNT_WITHIN_S = 2 * 3600.0
LOOK_EVERY_S = 0.2
LIVED = "lived.json"
SETTINGS = {"TEXT_MODEL": "smollm2", "PICTURE_MODEL": "none", "PAGES": "off", "THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of it: `adapter` is the digest of what was published, or None; `said` is the run's last sentence, and the rest is
    counts and seconds.
    """

    pieces: int
    votes: int
    asking_s: float
    reacting_s: float
    learning_s: float
    run: str
    adapter: str | None
    said: str | None


class Chat:
    """`async with Chat(rig) as chat`: the server of a rig, which runs already, and the bot's store beside it."""

    def __init__(self, rig: Rig, community: Community) -> None:
        self._rig = rig
        self._community = community
        self.members: dict[int, str] = {}  # the community's numbers: accounts
        self.store: Store

    async def __aenter__(self) -> Self:
        data = self._rig.folder / "data"
        self.store = await Store.open(f"sqlite:///{data / 'renga.sqlite'}", data / "pictures")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.store.close()

    async def agreed(self) -> None:
        """A moderator turns learning on, and everybody says that their votes count."""
        names = {n: f"voter{n:02d}" for n in range(self._community.voters)}
        for n, name in names.items():
            self.members[n] = (await self._rig.call("POST", "/members", {"name": name}))["user"]["id"]
        await self._rig.command(MODERATOR, "adapters", **{"": "enable"})
        asked = await self._rig.seen("off until you turn it on", member=MODERATOR)
        await self._rig.press(MODERATOR, asked, "Turn it on")
        invitation = await self._rig.seen("This server can have a taste of its own", member=MODERATOR)
        everybody = [*ASKERS, *names.values()]
        for name in everybody:
            await self._rig.press(name, invitation, "Count my votes")
        await self._until(select(func.count()).select_from(tables.member_choices), len(everybody))

    async def asked(self, wishes: Sequence[tuple[str, int]]) -> list[tuple[int, str]]:
        """Have a piece made of every theme and seed, a few at once. Their messages and texts, in the order of their making.

        Raises:
            RigError: some are not made.
        """
        waiting, asked = deque(wishes), 0
        ended = select(func.count()).select_from(tables.jobs).where(tables.jobs.c.settled_at.is_not(None))
        before = await self._one(ended)
        while waiting:
            done = await self._one(ended) - before
            for _ in range(min(len(waiting), UNDER_WAY - (asked - done))):
                theme, seed = waiting.popleft()
                await self._rig.ask(
                    ASKERS[asked % len(ASKERS)], "poem", theme=theme, form=FORM, length="short", seed=seed
                )
                asked += 1
            if waiting:
                await self._until(ended, before + done + 1)
        await self._until(ended, before + asked)
        made, shown = tables.creations.c, tables.messages.c
        query = select(shown.message_id, made.text).join(tables.creations, made.id == shown.job_id)
        rows = await self.store.read(lambda db: db.execute(query.order_by(made.made_at, made.id)).all())
        if len(rows) != asked:
            raise RigError(f"of {asked} pieces that were asked for {len(rows)} were made and shown")
        return [(row.message_id, row.text) for row in rows]

    async def reacted(self, messages: Sequence[int], reactions: Sequence[Reaction]) -> None:
        """Press every reaction, wait until the bot knows of all, and write down when each came about, the last one a minute ago."""
        for one in reactions:
            path = f"/messages/{messages[one.creation]}/reactions/{UP if one.up else DOWN}"
            await self._rig.call("PUT", f"{path}?as={self.members[one.member]}")
        known = select(func.count()).select_from(tables.reactions)
        theirs = tables.reactions.c.member_id.in_([int(account) for account in self.members.values()])
        await self._until(known.where(theirs), len(reactions))
        began = time.time() - 60.0 - max((one.at for one in reactions), default=0.0)
        made_at = self._community.made_at(len(messages))
        await self.store.write(lambda db: self._dated(db, messages, reactions, began, made_at))

    def _dated(
        self, db: Connection, messages: Sequence[int], reactions: Sequence[Reaction], began: float,
        made_at: Sequence[float],
    ) -> None:  # fmt: skip
        for message, at in zip(messages, made_at, strict=True):
            job = select(tables.messages.c.job_id).where(tables.messages.c.message_id == message)
            change = update(tables.creations).where(tables.creations.c.id == job.scalar_subquery())
            db.execute(change.values(made_at=began + at))
        on = tables.reactions.c
        for one in reactions:
            of = (on.message_id == messages[one.creation], on.member_id == int(self.members[one.member]))
            db.execute(update(tables.reactions).where(*of).values(added_at=began + one.at))

    async def learnt(self) -> Run:
        """A moderator asks for an adapter; the run, once it has ended.

        Raises:
            RigError: none was begun, or it takes too long.
        """
        await self._rig.ask(MODERATOR, "adapters", **{"": "retrain", "kind": KIND, "what": "adapter"})
        began = time.monotonic()
        while time.monotonic() - began < LEARNT_WITHIN_S:
            run = await self.store.read(_newest_run)
            if run is not None and run.ended_at is not None:
                return run
            if run is None and time.monotonic() - began > STUCK_S:
                raise RigError("nothing is learnt")
            await asyncio.sleep(LOOK_EVERY_S)
        raise RigError("what is learnt comes to no end")

    async def _one(self, query: Select[tuple[int]]) -> int:
        return await self.store.read(lambda db: db.execute(query).scalar_one())

    async def _until(self, query: Select[tuple[int]], count: int) -> None:
        """Wait until there are that many, as long as there are more and more of them."""
        last, at = -1, time.monotonic()
        while (there := await self._one(query)) < count:
            if there != last:
                last, at = there, time.monotonic()
            if time.monotonic() - at > STUCK_S:
                raise RigError(f"{there} of {count} came, and no more for {STUCK_S:.0f} s")
            await asyncio.sleep(LOOK_EVERY_S)


def lived(
    folder: Path, models: Path, taste: Callable[[str], float], wishes: Sequence[tuple[str, int]], votes: int,
    community: Community, settings: Mapping[str, str] = SETTINGS,
) -> Lived:  # fmt: skip
    """A server's life in `folder`, or what came of it before: the bot's DATA_DIR is `folder`/data, where its adapters are.

    Raises:
        RigError: something did not come about.
    """
    if (folder / LIVED).exists():
        return Lived(**json.loads((folder / LIVED).read_text()))
    found = asyncio.run(_lived(folder, models, taste, wishes, votes, community, settings))
    whole.put(folder / LIVED, json.dumps(asdict(found)).encode())
    return found


async def _lived(
    folder: Path, models: Path, taste: Callable[[str], float], wishes: Sequence[tuple[str, int]], votes: int,
    community: Community, settings: Mapping[str, str],
) -> Lived:  # fmt: skip
    data = folder / "data"
    shutil.rmtree(folder, ignore_errors=True)  # of a life that was cut off: the sandbox forgot what was said
    data.mkdir(parents=True)
    (data / "models").symlink_to(models)
    async with Rig(folder, settings=settings) as rig, Chat(rig, community) as chat:
        clock = [time.monotonic()]
        tell("chat: everybody says that their votes count, and asks")
        await chat.agreed()
        pieces = await chat.asked(wishes)
        clock.append(time.monotonic())
        tell("chat: members react")
        reactions = community.reactions([taste(text) for _, text in pieces], votes, seed=votes)
        await chat.reacted([message for message, _ in pieces], reactions)
        clock.append(time.monotonic())
        tell("chat: an adapter is learnt")
        run = await chat.learnt()
        clock.append(time.monotonic())
    took = [round(after - before, 1) for before, after in itertools.pairwise(clock)]
    return Lived(len(pieces), len(reactions), *took, run=run.id, adapter=run.result, said=run.sentence)


def _newest_run(db: Connection) -> Run | None:
    row = db.execute(select(tables.runs.c.id).order_by(tables.runs.c.asked_at.desc())).scalars().first()
    return None if row is None else runs.get(db, row)
