"""Runs: asked for once, by who may, when enough is known; and what becomes of what they make."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from finetune.report import Gate, Report, save
from finetune.snapshot import load
from studio import consent
from studio.adapters import runs, serving, versions
from studio.adapters.overview import overview
from studio.errors import Refusal
from studio.store import tastes, trials
from studio.store.taste_records import Trial
from tests.studio.adapters.made import BASE, GUILD, MANAGER, NOBODY, a_version, digest
from tests.studio.adapters.opinions import opinionated
from tests.studio.made import MOD, NOW

if TYPE_CHECKING:
    from pathlib import Path

    from studio.adapters.records import Actor, Folders
    from studio.store import Store
    from studio.store.taste_records import Run, What


async def asked(
    store: Store, run_id: str = "1", what: What = "head", actor: Actor = MANAGER, guild_id: int = GUILD
) -> Run:
    return await runs.ask(store, run_id, guild_id, "verse", what, actor, 2, NOW)


def a_head(folders: Folders, name: str = "head", auc: float = 0.8) -> Path:
    made = folders.of("head") / digest(name)
    made.mkdir(parents=True)
    (made / "manifest.json").write_text(json.dumps({"base": BASE, "auc": auc}))
    return made


def a_report(
    folder: Path, *, gates: tuple[Gate, ...] = (), adapter: str | None = None, refusal: str = ""
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    report = Report(
        "verse", "dpo", digest("snapshot"), BASE, None, None, adapter, ("haiku",), 1, 1, 1, 1, 1, 1, gates, (), (), (),
        {}, NOW, refusal,
    )  # fmt: skip
    return save(report, folder)


async def test_nothing_is_learnt_before_somebody_allows_it(store: Store) -> None:
    await opinionated(store)
    with pytest.raises(Refusal, match="Learning is off in this server; /adapters enable"):
        await asked(store)
    await consent.enable(store, GUILD, MOD, NOW)
    await consent.disable(store, GUILD, MOD, NOW)
    with pytest.raises(Refusal, match="Learning is off"):
        await asked(store)


async def test_too_little_says_exactly_what_is_missing(store: Store) -> None:
    await consent.enable(store, GUILD, MOD, NOW)
    with pytest.raises(Refusal, match="0 liked, 0 disliked, 0 voters; 10, 10 and 5 are needed"):
        await asked(store)
    await opinionated(store, voters=[201])
    with pytest.raises(Refusal, match="1 voter; 10, 10 and 5 are needed"):
        await asked(store)


async def test_votes_of_members_who_have_not_said_yes_teach_nothing(store: Store) -> None:
    await consent.enable(store, GUILD, MOD, NOW)
    await opinionated(store, opted_in=False)
    with pytest.raises(Refusal, match="0 voters"):
        await asked(store)


async def test_asked_twice_at_once_there_is_one(taught: Store) -> None:
    found = await asyncio.gather(asked(taught, "1"), asked(taught, "2"), return_exceptions=True)
    (refused,) = [each for each in found if isinstance(each, Refusal)]
    assert "is being learnt already" in str(refused)
    assert len(await runs.unfinished(taught)) == 1
    with pytest.raises(Refusal, match=f"asked for by <@{MOD}>"):
        await asked(taught, "3")


async def test_a_repeated_interaction_is_the_same_run(taught: Store) -> None:
    one, again = await asked(taught, "1"), await asked(taught, "1")
    assert one.id == again.id
    assert len(await runs.unfinished(taught)) == 1


async def test_not_by_who_may_not_manage_and_not_while_a_trial_runs(taught: Store) -> None:
    with pytest.raises(Refusal, match="Manage Server"):
        await asked(taught, actor=NOBODY)
    trial = Trial("7", GUILD, "verse", "blind", digest("two"), None, NOW)
    await taught.write(lambda db: trials.begin(db, trial))
    with pytest.raises(Refusal, match="A trial of this server's verse is under way"):
        await asked(taught)


async def test_a_head_that_was_learnt_serves_in_the_step_that_ends_its_run(
    taught: Store, folders: Folders
) -> None:
    begun = await runs.begin(taught, folders, await asked(taught), BASE, NOW)
    snapshot = load(begun.directory)
    assert (snapshot.kind, snapshot.base) == ("verse", BASE)
    learnt = await runs.head_learnt(taught, folders, begun, a_head(folders), NOW)
    assert (learnt.version.name, learnt.version.state) == ("verse picker 1", "serving")
    assert learnt.missing is not None, "32 pieces are too few for an adapter"
    assert await runs.unfinished(taught) == []
    ended = await runs.get(taught, "1")
    assert ended is not None
    assert (ended.state, ended.result) == ("done", digest("head"))
    found = await overview(taught, folders, GUILD, MANAGER, NOW)
    assert found.standings[0].head is not None
    assert found.standings[0].missing["head"] is None


async def test_a_run_that_was_cut_off_goes_on_from_its_snapshot(taught: Store, folders: Folders) -> None:
    begun = await runs.begin(taught, folders, await asked(taught), BASE, NOW)
    (left,) = await runs.unfinished(taught)
    again = await runs.begin(taught, folders, left, BASE, NOW + 60)
    assert (again.directory, again.evidence) == (begun.directory, begun.evidence)


async def test_a_run_that_was_called_off_makes_nothing(taught: Store, folders: Folders) -> None:
    begun = await runs.begin(taught, folders, await asked(taught), BASE, NOW)
    with pytest.raises(Refusal, match="Manage Server"):
        await runs.cancel(taught, GUILD, None, None, NOBODY, NOW)
    await runs.cancel(taught, GUILD, None, None, MANAGER, NOW)
    assert not await runs.progressed(taught, "1", 1, 2)
    with pytest.raises(Refusal, match=f"Called off by <@{MOD}>"):
        await runs.head_learnt(taught, folders, begun, a_head(folders), NOW)
    assert (await taught.read(lambda db: tastes.serves(db, GUILD, "verse"))).head is None
    with pytest.raises(Refusal, match="No training is under way"):
        await runs.cancel(taught, GUILD, None, None, MANAGER, NOW)


async def test_who_asks_to_be_forgotten_meanwhile_takes_the_run_with_them(
    taught: Store, folders: Folders, tmp_path: Path
) -> None:
    begun = await runs.begin(taught, folders, await asked(taught), BASE, NOW)
    await consent.delete(taught, 201, NOW, folder=folders.snapshots)
    assert not begun.directory.exists()
    with pytest.raises(Refusal, match="asked to be forgotten"):
        await runs.head_learnt(taught, folders, begun, a_head(folders), NOW)
    assert await taught.read(lambda db: tastes.of_guild(db, GUILD)) == []
    assert list(folders.of("head").iterdir()) == [], "what it learnt is forgotten, too"


async def test_what_a_run_made_before_it_was_called_off_is_deleted_and_what_is_registered_stays(
    taught: Store, folders: Folders
) -> None:
    begun = await runs.begin(taught, folders, await asked(taught), BASE, NOW)
    await runs.head_learnt(taught, folders, begun, a_head(folders), NOW)
    begun = await runs.begin(taught, folders, await asked(taught, "2"), BASE, NOW)
    assert begun.run.snapshot is not None
    for what, name, snapshot in (
        ("head", "head", begun.run.snapshot), ("adapter", "new", begun.run.snapshot), ("adapter", "other", digest("other")),
    ):  # fmt: skip
        folder = folders.of(what) / digest(name)  # type: ignore[arg-type]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text(json.dumps({"base": BASE, "snapshot": snapshot}))
    await runs.cancel(taught, GUILD, None, None, MANAGER, NOW)
    await runs.discard(taught, folders, "2")
    assert (folders.of("head") / digest("head")).exists(), "it serves"
    assert not (folders.of("adapter") / digest("new")).exists()
    assert (folders.of("adapter") / digest("other")).exists()


async def test_training_goes_on_from_what_serves_and_not_from_what_another_model_wrote_with(
    store: Store, folders: Folders
) -> None:
    assert await runs.incumbent(store, GUILD, "verse", BASE) is None
    await a_version(store, folders, "one")
    await serving.promote(store, folders, GUILD, digest("one"), MANAGER, NOW, base=BASE)
    assert await runs.incumbent(store, GUILD, "verse", BASE) == digest("one")
    assert await runs.incumbent(store, GUILD, "verse", digest("another model")) is None


async def test_forgetting_takes_back_what_serves_and_its_files(taught: Store, folders: Folders) -> None:
    begun = await runs.begin(taught, folders, await asked(taught), BASE, NOW)
    await runs.head_learnt(taught, folders, begun, a_head(folders), NOW)
    worked = folders.training / begun.run.id
    worked.mkdir(parents=True)
    (worked / "report.json").write_text("on themes that members typed")
    receipt = await consent.delete(taught, 201, NOW, folder=folders.snapshots)
    await versions.sweep(taught, folders)  # as where the bot was killed in between
    assert not worked.exists()
    assert not (folders.of("head") / digest("head")).exists()
    a_head(folders)
    versions.forget(folders, receipt.tastes, receipt.runs)
    assert receipt.tastes == [digest("head")]
    assert not (folders.of("head") / digest("head")).exists()
    assert (await taught.read(lambda db: tastes.serves(db, GUILD, "verse"))).head is None


@pytest.mark.parametrize(
    ("gates", "state"),
    [
        ((Gate("length", 1, 1, 1, True, True, "Fine."),), "candidate"),
        ((Gate("length", 2, 1, 1, False, True, "Too long."),), "candidate"),
    ],
)
async def test_an_adapter_waits_for_a_moderator(
    taught: Store, folders: Folders, gates: tuple[Gate, ...], state: str, tmp_path: Path
) -> None:
    run = (await runs.begin(taught, folders, await asked(taught), BASE, NOW)).run
    run = type(run)(**{**{name: getattr(run, name) for name in run.__slots__}, "what": "adapter"})
    made = folders.of("adapter") / digest("adapter")
    made.mkdir(parents=True)
    report = a_report(tmp_path / "work", gates=gates, adapter=made.name)
    await runs.adapter_made(taught, folders, run, made, report, NOW)
    found = await versions.version(taught, folders, GUILD, made.name)
    assert (found.name, found.state, found.loadable) == ("verse adapter 1", state, True)
    assert [gate.name for gate in versions.gates(found)] == ["length"]
    assert (await taught.read(lambda db: tastes.serves(db, GUILD, "verse"))).adapter is None


async def test_a_training_that_made_none_says_why_and_is_over(
    taught: Store, folders: Folders, tmp_path: Path
) -> None:
    run = (await runs.begin(taught, folders, await asked(taught), BASE, NOW)).run
    gates = (Gate("perplexity", 1.2, 1, 1.05, False, False, "Perplexity rose by 20 %."),)
    await runs.adapter_made(taught, folders, run, None, a_report(tmp_path / "work", gates=gates), NOW)
    ended = await runs.get(taught, "1")
    assert ended is not None
    assert (ended.state, ended.sentence) == ("done", "It may not serve: Perplexity rose by 20 %.")


@pytest.mark.parametrize("damage", ["missing", "not json", "a list"])
async def test_what_cannot_be_read_is_one_sentence_and_serves_nobody(
    taught: Store, folders: Folders, damage: str
) -> None:
    begun = await runs.begin(taught, folders, await asked(taught), BASE, NOW)
    made = a_head(folders)
    manifest = made / "manifest.json"
    if damage == "missing":
        manifest.unlink()
    else:
        manifest.write_text("[]" if damage == "a list" else "{")
    with pytest.raises(runs.LostError):
        await runs.head_learnt(taught, folders, begun, made, NOW)
    assert await taught.read(lambda db: tastes.of_guild(db, GUILD)) == []


async def test_a_model_that_cannot_be_trained_is_said(taught: Store, folders: Folders) -> None:
    with pytest.raises(Refusal, match="cannot be trained on this machine"):
        await runs.begin(taught, folders, await asked(taught), None, NOW)


async def test_a_full_disk_is_one_sentence(taught: Store, folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    run = await asked(taught)
    with pytest.raises(runs.LostError, match="The snapshot cannot be written"):
        await runs.begin(taught, folders, run, BASE, NOW)


async def test_only_who_manages_looks_at_it_all(taught: Store, folders: Folders) -> None:
    with pytest.raises(Refusal, match="Manage Server"):
        await overview(taught, folders, GUILD, NOBODY, NOW)
