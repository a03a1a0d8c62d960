"""What serves: let serve, taken back, paused, each by who may, each in the log, and what a job gets of it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from studio.adapters import serving, versions
from studio.ask import wire_job
from studio.errors import Refusal
from studio.store import audit, jobs, tastes, trials
from studio.store.taste_records import Trial
from tests.studio.adapters.made import BASE, GUILD, MANAGER, NOBODY, a_gate, a_version, digest
from tests.studio.made import MOD, NOW, a_job, a_picture_brief

if TYPE_CHECKING:
    from studio.adapters.records import Folders
    from studio.store import Store
    from studio.store.records import JobRecord


async def promoted(store: Store, folders: Folders, name: str, now: float = NOW) -> serving.Moved:
    return await serving.promote(store, folders, GUILD, digest(name), MANAGER, now, base=BASE)


async def rolled_back(store: Store, folders: Folders, now: float = NOW) -> serving.Moved:
    return await serving.roll_back(store, folders, GUILD, "verse", None, MANAGER, now)


async def log(store: Store) -> list[tuple[int, str, str]]:
    found = await store.read(lambda db: audit.of_guild(db, GUILD))
    return [(entry.member_id, entry.action, entry.detail) for entry in reversed(found)]


async def asked(store: Store, job_id: str, **changes: Any) -> JobRecord:
    return await a_job(store, job_id, **changes)


async def test_at_first_a_job_gets_nothing_of_its_servers_own(store: Store) -> None:
    job = await asked(store, "1")
    assert (job.adapter, job.head) == (None, None)
    assert wire_job(job).adapter is None


async def test_a_job_carries_what_served_when_it_was_asked(store: Store, folders: Folders) -> None:
    await a_version(store, folders, "picker", what="head")
    await a_version(store, folders, "one")
    await promoted(store, folders, "picker")
    moved = await promoted(store, folders, "one")
    assert (moved.version.name, moved.other) == ("verse adapter 1", None)
    job = wire_job(await asked(store, "1"))
    assert (job.adapter, job.head) == (digest("one"), digest("picker"))
    await rolled_back(store, folders)
    assert wire_job(await asked(store, "2")).adapter is None
    again = await asked(store, "1")
    assert again.adapter == digest("one")
    assert (await asked(store, "3", guild_id=2)).adapter is None
    assert (await asked(store, "4", brief=a_picture_brief())).head is None


async def test_a_form_that_an_adapter_has_not_learnt_goes_without_it(store: Store, folders: Folders) -> None:
    await a_version(store, folders, "one", report={"serves": ["sonnet"]})
    await promoted(store, folders, "one")
    assert (await asked(store, "1")).adapter is None


async def test_rolling_back_goes_from_version_to_version_and_never_to_one_that_was_taken_back(
    store: Store, folders: Folders
) -> None:
    for number, name in enumerate(("one", "two", "three")):
        await a_version(store, folders, name, made_at=NOW + number)
        await promoted(store, folders, name, NOW + number)
    served = []
    for _ in range(3):
        moved = await rolled_back(store, folders, NOW + 10)
        served.append(moved.other.name if moved.other else None)
    assert served == ["verse adapter 2", "verse adapter 1", None]
    with pytest.raises(Refusal, match="nothing to take back"):
        await rolled_back(store, folders)
    await promoted(store, folders, "one", NOW + 20)
    await promoted(store, folders, "three", NOW + 21)
    moved = await rolled_back(store, folders, NOW + 22)
    assert moved.other is not None
    assert moved.other.name == "verse adapter 1"


async def test_rolling_back_passes_over_what_was_forgotten_or_has_lost_its_files(
    store: Store, folders: Folders
) -> None:
    for number, name in enumerate(("one", "two", "three", "four")):
        await a_version(store, folders, name, made_at=NOW + number)
        await promoted(store, folders, name, NOW + number)
    await store.write(lambda db: tastes.revoke(db, [digest("three")]))
    shutil.rmtree(folders.of("adapter") / digest("two"))
    moved = await rolled_back(store, folders, NOW + 10)
    assert moved.other is not None
    assert moved.other.name == "verse adapter 1"


async def test_the_last_three_that_served_stay_loadable(store: Store, folders: Folders) -> None:
    names = [f"adapter {number}" for number in range(6)]
    for number, name in enumerate(names):
        await a_version(store, folders, name, made_at=NOW + number)
        await promoted(store, folders, name, NOW + number)
    there = [(folders.of("adapter") / digest(name)).is_dir() for name in names]
    assert there == [False, False, True, True, True, True]
    with pytest.raises(Refusal, match="The files of verse adapter 1 are gone"):
        await promoted(store, folders, names[0])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"state": "revoked"}, "asked to be forgotten"),
        ({"state": "refused"}, "failed what cannot be waived"),
        ({"state": "refused", "report": {"lost": "31 to 52"}}, "it lost a trial, 31 to 52"),
        ({"state": "serving"}, "serves already"),
        (
            {"report": {"gates": [a_gate("length", passed=False, waivable=True)]}},
            "failed length, which a moderator",
        ),
        ({"base": "ab" * 32}, "The model has changed since verse adapter 1 was made"),
    ],
)
async def test_what_cannot_serve_is_refused_in_one_sentence(
    store: Store, folders: Folders, changes: dict[str, Any], sentence: str
) -> None:
    await a_version(store, folders, "one", **changes)
    with pytest.raises(Refusal, match=sentence) as refused:
        await promoted(store, folders, "one")
    assert "\n" not in str(refused.value)
    assert (await asked(store, "1")).adapter is None


async def test_another_servers_version_is_unknown_here(store: Store, folders: Folders) -> None:
    await a_version(store, folders, "one", guild_id=2)
    with pytest.raises(Refusal, match="no such version here"):
        await promoted(store, folders, "one")


async def test_whoever_lost_the_permission_changes_nothing(store: Store, folders: Folders) -> None:
    await a_version(store, folders, "one")
    failed = {"gates": [a_gate("length", passed=False, waivable=True)]}
    await a_version(store, folders, "two", made_at=NOW + 1, report=failed)
    await promoted(store, folders, "one")
    before = await log(store)
    for act in (
        serving.promote(store, folders, GUILD, digest("two"), NOBODY, NOW, base=BASE),
        serving.roll_back(store, folders, GUILD, "verse", None, NOBODY, NOW),
        serving.pause(store, GUILD, "verse", NOBODY, NOW, on=True),
        serving.waive(store, folders, GUILD, digest("two"), NOBODY, NOW),
    ):
        with pytest.raises(Refusal, match="Manage Server"):
            await act
    assert await log(store) == before
    assert (await asked(store, "1")).adapter == digest("one")


async def test_a_moderator_waives_by_name_and_it_stands_in_the_log(store: Store, folders: Folders) -> None:
    report = {"gates": [a_gate("length", passed=False, waivable=True), a_gate("perplexity")]}
    await a_version(store, folders, "one", report=report)
    found = await serving.waive(store, folders, GUILD, digest("one"), MANAGER, NOW)
    assert [(gate.name, gate.stops, gate.waived_by) for gate in versions.gates(found)] == [
        ("length", False, MOD),
        ("perplexity", False, None),
    ]
    await promoted(store, folders, "one")
    assert await log(store) == [
        (MOD, "waive", "length of verse adapter 1"),
        (MOD, "promote", "verse adapter 1"),
    ]
    with pytest.raises(Refusal, match="Nothing that verse adapter 1 failed"):
        await serving.waive(store, folders, GUILD, digest("one"), MANAGER, NOW)


async def test_what_cannot_be_waived_is_not(store: Store, folders: Folders) -> None:
    report = {"gates": [a_gate("length", passed=False, waivable=True), a_gate("perplexity", passed=False)]}
    await a_version(store, folders, "one", report=report)
    with pytest.raises(Refusal, match="perplexity cannot be waived"):
        await serving.waive(store, folders, GUILD, digest("one"), MANAGER, NOW)


async def test_a_pause_leaves_everything_aside_until_it_is_over(store: Store, folders: Folders) -> None:
    with pytest.raises(Refusal, match="nothing to pause"):
        await serving.pause(store, GUILD, "verse", MANAGER, NOW, on=True)
    await a_version(store, folders, "one")
    await promoted(store, folders, "one")
    await serving.pause(store, GUILD, "verse", MANAGER, NOW, on=True)
    with pytest.raises(Refusal, match="paused already"):
        await serving.pause(store, GUILD, "verse", MANAGER, NOW, on=True)
    assert (await asked(store, "1")).adapter is None
    await serving.pause(store, GUILD, "verse", MANAGER, NOW, on=False)
    assert (await asked(store, "2")).adapter == digest("one")


async def test_every_second_job_of_a_quiet_trial_gets_its_candidate(store: Store, folders: Folders) -> None:
    await a_version(store, folders, "one")
    await a_version(store, folders, "two", made_at=NOW + 1)
    await promoted(store, folders, "one")
    trial = Trial("7", GUILD, "verse", "quiet", digest("two"), digest("one"), NOW)
    await store.write(lambda db: trials.begin(db, trial))
    adapters = []
    for number in range(1, 61):
        adapters.append((await asked(store, str(number))).adapter)
        await store.write(lambda db, number=number: jobs.end(db, str(number), "made"))  # type: ignore[misc]
    assert set(adapters) == {digest("one"), digest("two")}
    assert 12 < adapters.count(digest("two")) < 48, "by lot: nothing that is public tells which it is"


async def test_while_a_trial_goes_on_nothing_is_promoted_and_rolling_back_ends_it(
    store: Store, folders: Folders
) -> None:
    for number, name in enumerate(("one", "two", "three")):
        await a_version(store, folders, name, made_at=NOW + number)
    await promoted(store, folders, "one")
    trial = Trial("7", GUILD, "verse", "blind", digest("two"), digest("one"), NOW)
    await store.write(lambda db: trials.begin(db, trial))
    with pytest.raises(Refusal, match="its votes decide"):
        await promoted(store, folders, "three")
    moved = await rolled_back(store, folders)
    assert moved.trial == "7"
    assert await store.read(trials.going_on) == []
