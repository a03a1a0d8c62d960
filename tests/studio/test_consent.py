"""Consent: who said yes to what, and what is left of a member who asks to be forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from studio import consent, deliver, react
from studio.adapters.versions import WAIVED
from studio.errors import Refusal
from studio.store import audit, consents, flags, messages, runs, snapshots, tastes, trials, votes
from studio.store.records import Delivered
from studio.store.taste_records import FORGOTTEN, OURSELVES, AuditEntry, Flag, Serving, TrialVote
from tests.studio.made import ADA, BOB, BOT, BRIEF, MOD, NOW, a_job, a_picture_brief, make, make_pictures
from tests.studio.store.rows import S1, S2, A, B, C, D, a_pair, a_run, a_snapshot_row, a_taste, a_trial

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from studio.store import Store


async def shown(store: Store, job_id: str, message_id: int) -> None:
    await store.write(lambda db: messages.add(db, Delivered(job_id, 0, 2, message_id)))


async def a_server(store: Store, folder: Path) -> None:
    """Ada asked for 1, Bob varied it as 2; both reacted; snapshot 1 holds both of them, snapshot 2 Bob alone."""
    await make(store, await a_job(store, "1"), "Ada's haiku")
    await make(store, await a_job(store, "2", member_id=BOB, parent="1", brief=replace(BRIEF, wish="colder")))
    await shown(store, "1", 101)
    await shown(store, "2", 102)
    for message_id, member_id in ((101, BOB), (102, ADA), (102, BOB)):
        await react.added(store, message_id, member_id, "👍", NOW, own_id=BOT)

    def rows(db: Connection) -> None:
        flags.add(db, Flag("2", ADA, "report", NOW))
        snapshots.add(db, a_snapshot_row(S1), {"e1": "1"}, {ADA, BOB})
        snapshots.add(db, a_snapshot_row(S2), {"e2": "2"}, {BOB})
        tastes.add(db, a_taste(A, snapshot=S1))
        tastes.add(db, a_taste(B, snapshot=S2, what="adapter", parent=A, state="serving"))
        tastes.add(db, a_taste(C, snapshot=S2, state="serving"))
        tastes.serve(db, Serving(1, "verse", head=C, adapter=B))
        runs.ask(db, a_run("r1", asked_by=ADA))
        runs.began(db, "r1", S1)
        trials.begin(db, a_trial(candidate=A))
        trials.add_pair(db, a_pair())
        trials.vote(db, TrialVote("p1", ADA, True, NOW))

    await store.write(rows)
    for digest in (S1, S2):
        (folder / digest).mkdir(parents=True)
        (folder / digest / "examples.jsonl").write_text("{}")


def test_what_is_said_of_training_is_true_wherever_the_operator_has_it_done() -> None:
    assert "on the machines of whoever runs me and nowhere else" in consent.DISCLOSURE
    assert "this machine" not in consent.DISCLOSURE  # TRAINING=cluster


async def test_training_is_off_until_somebody_says_yes_and_the_log_says_who(store: Store) -> None:
    assert not await consent.is_enabled(store, 1)
    await consent.enable(store, 1, MOD, NOW)
    await consent.enable(store, 1, ADA, NOW + 5)
    assert await consent.is_enabled(store, 1)
    assert not await consent.is_enabled(store, 2)
    await store.write(lambda db: runs.ask(db, a_run()))
    assert await consent.disable(store, 1, ADA, NOW + 9)
    assert not await consent.disable(store, 1, ADA, NOW + 10)
    assert not await consent.is_enabled(store, 1)
    assert await store.read(runs.going_on) == [], "what was being learnt is called off"
    found = await store.read(lambda db: audit.of_guild(db, 1))
    assert [(entry.action, entry.member_id) for entry in found] == [("disable", ADA), ("enable", MOD)]


async def test_a_member_is_told_what_they_chose_and_how_much_is_kept(store: Store, tmp_path: Path) -> None:
    assert (await consent.status(store, ADA, 1)).choice is None
    await a_server(store, tmp_path)
    await consent.choose(store, ADA, 1, "opt_in", NOW, member_since=NOW - 9)
    found = await consent.status(store, ADA, 1)
    assert found == consent.Status(
        training=False, choice="opt_in", chosen_at=NOW, wishes=1, reactions=1, snapshots=1, tastes=2
    )
    assert (await consent.status(store, ADA, 2)).choice is None
    await consent.choose(store, ADA, 1, "opt_out", NOW + 1)
    assert (await consent.status(store, ADA, 1)).choice == "opt_out"


async def test_an_export_has_all_of_a_member_and_nothing_secret(store: Store, tmp_path: Path) -> None:
    await a_server(store, tmp_path)
    await consent.choose(store, ADA, 1, "opt_in", NOW)
    found = await consent.export(store, ADA)
    assert "a-secret" not in json.dumps(found)
    assert [row["id"] for row in found["wishes"]] == ["1"]
    assert found["pieces"][0]["text"] == "Ada's haiku"
    assert [row["creation_id"] for row in found["reactions"]] == ["2"]
    assert (found["snapshots"], found["tastes"]) == ([S1], [A, B])
    for name in ("choices", "flags_and_reports", "trial_pairs", "trial_votes", "runs"):
        assert len(found[name]) == 1, name
    empty = await consent.export(store, 5)
    assert all(not value for name, value in empty.items() if name != "member_id")


async def test_forgetting_reaches_rows_snapshots_and_what_learnt_from_them(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, tmp_path)
    await consent.choose(store, ADA, 1, "opt_in", NOW)
    receipt = await consent.delete(store, ADA, NOW + 5, folder=tmp_path)
    assert receipt.rows == {
        "wishes": 1, "pieces": 1, "reactions": 1, "choices": 1, "flags_and_reports": 1, "trial_pairs": 1,
        "trial_votes": 1, "runs": 1, "log": 0,
    }  # fmt: skip
    assert (receipt.snapshots, receipt.tastes, receipt.runs) == ([S1], [A, B], ["r1"])
    assert [(tmp_path / digest).exists() for digest in (S1, S2)] == [False, True]

    def look(db: Connection) -> None:
        assert tastes.serves(db, 1, "verse") == Serving(1, "verse", head=C, adapter=None)
        assert not tastes.set_state(db, B, "serving")
        assert runs.going_on(db) == []
        assert trials.going_on(db) == []
        (line,) = audit.of_guild(db, 1)
        assert (line.member_id, line.action, line.detail) == (OURSELVES, "revoke", "verse adapter")
        tastes.add(db, a_taste(D, snapshot=S1))
        late = tastes.get(db, D)
        assert late is not None
        assert late.state == "revoked", "what was learning from it meanwhile"

    await store.write(look)
    after = await consent.export(store, ADA)
    left = {name: value for name, value in after.items() if value and name != "member_id"}
    assert list(left) == ["choices"], "that nothing is to be written down is all that is kept"


async def test_forgetting_what_serves_frees_the_candidate_that_was_tried_against_it(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, tmp_path)

    def again(db: Connection) -> None:
        trials.end(db, "t1", "cancelled", NOW)
        tastes.add(db, a_taste(D, snapshot=S2, what="adapter", state="trial"))
        trials.begin(db, a_trial("t2", candidate=D, incumbent=B))

    await store.write(again)
    await consent.delete(store, ADA, NOW + 5, folder=tmp_path)
    freed = await store.read(lambda db: tastes.get(db, D))
    assert freed is not None
    assert freed.state == "candidate"


async def test_no_id_and_no_theme_of_a_forgotten_member_is_left_in_runs_and_reports(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, tmp_path)

    def rows(db: Connection) -> None:
        runs.ask(db, a_run("r2", kind="story"))
        runs.end(db, "r2", "cancelled", NOW, f"Called off by <@{ADA}>.")
        tastes.set_report(db, B, {"samples": [{"theme": "what Ada typed"}], "gates": []})
        tastes.set_report(db, C, {WAIVED: {"length": ADA, "style": MOD}})
        audit.add(db, AuditEntry(1, ADA, NOW, "waive", "length of verse picker 1"))

    await store.write(rows)
    await consent.delete(store, ADA, NOW + 5, folder=tmp_path)

    def look(db: Connection) -> tuple[Any, Any, Any]:
        return runs.get(db, "r2"), tastes.get(db, B), tastes.get(db, C)

    run, revoked, waived = await store.read(look)
    assert run.sentence == "Called off by somebody."
    assert revoked.report == {"gates": []}
    assert waived.report == {WAIVED: {"length": FORGOTTEN, "style": MOD}}


async def test_what_others_made_of_a_forgotten_members_piece_stays_without_their_words(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, tmp_path)
    await consent.delete(store, ADA, NOW + 5, folder=tmp_path)
    assert await deliver.creation(store, "1") is None
    kept = await deliver.creation(store, "2")
    assert kept is not None
    assert (kept.brief.theme, kept.brief.wish, kept.prompt) == ("anything", "colder", "")  # type: ignore[union-attr]
    assert kept.text == "the bell"


async def test_pictures_of_a_forgotten_member_go_with_their_files(store: Store, tmp_path: Path) -> None:
    job = await a_job(store, "1", brief=a_picture_brief())
    await make_pictures(store, job)
    assert (await consent.export(store, ADA))["pieces"][0]["pictures"]
    await consent.delete(store, ADA, NOW, folder=tmp_path)
    assert await store.pictures.digests(NOW * 2) == set()


async def test_a_forgotten_members_reactions_are_not_written_down_again_until_they_choose(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, tmp_path)
    await consent.delete(store, ADA, NOW + 5, folder=tmp_path)

    async def reacting() -> list[Any]:
        await react.reconcile(store, 102, {"👍": {ADA, BOB}}, NOW + 6)
        return [each.member_id for each in await store.read(lambda db: votes.reacted(db, 1, "verse"))]

    assert await reacting() == [BOB]
    await consent.choose(store, ADA, 2, "opt_in", NOW + 7)
    assert await reacting() == [BOB, ADA]
    assert await store.read(lambda db: consents.choice(db, ADA, consents.EVERYWHERE)) is None


async def test_who_still_waits_for_a_piece_is_asked_to_wait(store: Store, tmp_path: Path) -> None:
    await a_job(store, "1")
    with pytest.raises(Refusal, match="still being made"):
        await consent.delete(store, ADA, NOW, folder=tmp_path)
    assert await deliver.asked(store, "1") is not None


async def test_forgetting_twice_and_forgetting_a_stranger_forgets_nothing_more(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, tmp_path)
    await consent.delete(store, ADA, NOW, folder=tmp_path)
    for member_id in (ADA, 5):
        receipt = await consent.delete(store, member_id, NOW + 1, folder=tmp_path)
        assert set(receipt.rows.values()) <= {0, 1}
        assert (receipt.snapshots, receipt.tastes) == ([], [])


async def test_what_a_deletion_that_was_cut_off_left_is_swept(store: Store, tmp_path: Path) -> None:
    await a_server(store, tmp_path)
    await store.write(lambda db: snapshots.purge(db, [S1], NOW))
    await consent.sweep(store, tmp_path)
    assert not (tmp_path / S1).exists()
    assert (tmp_path / S2).exists()
