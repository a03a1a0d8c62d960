"""Snapshots of a real store: what is in them, what is not, and what they leave behind."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from finetune.snapshot import SnapshotError, load
from studio import consent, react
from studio.ask import _record
from studio.store import consents, creations, flags, jobs, messages, snapshots, tables, trials
from studio.store.records import Delivered
from studio.store.taste_records import OURSELVES, Flag, MemberChoice, TrialVote
from studio.taste import snapshot
from studio.taste.gathered import gather
from tests.studio.made import BOT, BRIEF, MOD, NOW, a_creation, a_request
from tests.studio.store.rows import a_pair, a_trial

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from studio.store import Store

BASE = "b" * 64
ASKER, VOTERS = 500, tuple(range(601, 608))
DAY_S = 86_400.0
LATER = NOW + 40 * DAY_S

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # its queries are tested on both


def put(db: Connection, job_id: str, text: str = "", **changes: Any) -> None:
    """A piece that was asked for, made and shown."""
    theme = f"theme {int(job_id) % 12}"
    request = a_request(job_id, asked_at=NOW + int(job_id) * DAY_S / 2)
    job = _record(replace(request, **{"member_id": ASKER, "brief": replace(BRIEF, theme=theme), **changes}))
    jobs.add(db, job, per_member=1000, per_guild=1000)
    jobs.end(db, job_id, "made")
    creations.add(db, replace(a_creation(job, text or f"haiku {job_id}"), made_at=job.asked_at + 1))
    messages.add(db, Delivered(job_id, 0, 2, 10_000 + int(job_id)))


async def a_piece(store: Store, job_id: str, text: str = "", **changes: Any) -> None:
    await store.write(lambda db: put(db, job_id, text, **changes))


async def react_to(store: Store, likes: dict[str, bool], members: tuple[int, ...] = VOTERS) -> None:
    """In one commit, each at an hour of their own."""

    rows = [
        {
            "message_id": 10_000 + int(job_id), "member_id": member, "emoji": "👍" if up else "👎",
            "added_at": NOW + int(job_id) * DAY_S / 2 + 7 * 3600.0 * (1 + member % 11) + int(job_id),
        }
        for job_id, up in likes.items() for member in members
    ]  # fmt: skip
    await store.write(lambda db: db.execute(insert(tables.reactions), rows))


async def a_server(store: Store, count: int = 30, *, opted_in: tuple[int, ...] = VOTERS) -> None:
    """`count` haiku, every second one liked by all seven voters, who have been there for a year."""
    await store.write(lambda db: [put(db, str(n)) for n in range(1, count + 1)])
    await react_to(store, {str(n): n % 2 == 0 for n in range(1, count + 1)})
    since = NOW - 365 * DAY_S
    await store.write(
        lambda db: [consents.choose(db, MemberChoice(member, 1, "opt_in", NOW, since)) for member in opted_in]
    )


async def take(store: Store, folder: Path) -> Any:
    return await snapshot.take(store, folder, 1, "verse", BASE, LATER)


async def test_a_snapshot_holds_what_members_said_and_can_be_read_by_training(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store)
    taken = await take(store, tmp_path)
    assert load(tmp_path / taken.digest) == taken
    assert (taken.kind, taken.base, taken.made_at) == ("verse", BASE, LATER)
    assert (taken.evidence.liked, taken.evidence.disliked, taken.evidence.voters) == (15, 15, 7)
    assert taken.evidence == await snapshot.evidence(store, 1, "verse", LATER)
    by_text = {example.text: example for example in taken.examples}
    assert by_text["haiku 2"].liked > 0.9 > 0.1 > by_text["haiku 3"].liked
    assert by_text["haiku 2"].voters == 7
    assert by_text["haiku 2"].group == by_text["haiku 14"].group != by_text["haiku 4"].group


async def test_parts_split_themes_and_time(store: Store, tmp_path: Path) -> None:
    await a_server(store)
    examples = (await take(store, tmp_path)).examples
    newest = [example for example in examples if example.part == "newest"]
    held_out = {example.group for example in examples if example.part == "themes"}
    assert len(newest) == 6
    assert min(example.made_day for example in newest) >= max(
        example.made_day for example in examples if example.part != "newest"
    )
    assert held_out
    assert not held_out & {example.group for example in examples if example.part == "train"}
    assert sum(example.part == "train" for example in examples) >= 16


async def test_nobodys_id_and_no_theme_that_its_asker_kept_is_in_the_directory(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store)
    taken = await take(store, tmp_path)
    written = "".join(path.read_text() for path in (tmp_path / taken.digest).iterdir())
    assert "theme 1" not in written
    rows = [
        json.loads(line) for line in (tmp_path / taken.digest / "examples.jsonl").read_text().splitlines()
    ]
    assert all(row["theme"] is None for row in rows)
    assert {key for row in rows for key in row} == {
        "id", "form", "text", "theme", "group", "liked", "confidence", "voters", "made_day", "part", "flagged",
    }  # fmt: skip
    again = await take(store, tmp_path)
    assert {row["id"] for row in rows}.isdisjoint(example.id for example in again.examples), (
        "each has its own salt"
    )
    assert {row["group"] for row in rows}.isdisjoint(example.group for example in again.examples)


async def test_a_theme_is_there_where_everybody_it_goes_back_to_opted_in(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, opted_in=(*VOTERS, ASKER))
    await a_piece(
        store, "40", "varied by another", member_id=777, parent="2", brief=replace(BRIEF, theme="theme 2")
    )
    await a_piece(store, "41", "varied by a voter", member_id=VOTERS[0], parent="2")
    await a_piece(store, "42", "of a piece that is gone", member_id=VOTERS[0], parent="gone")
    await react_to(store, dict.fromkeys(("40", "41", "42"), True))
    themes = {example.text: example.theme for example in (await take(store, tmp_path)).examples}
    assert themes["haiku 2"] == "theme 2"
    assert themes["varied by another"] is None
    assert themes["varied by a voter"] == "theme 5"
    assert themes["of a piece that is gone"] is None


async def test_votes_of_who_did_not_opt_in_or_asked_for_the_piece_do_not_count(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, opted_in=VOTERS[:3])
    await consent.choose(store, VOTERS[0], 1, "opt_out", NOW)
    await a_piece(store, "50", "her own", member_id=VOTERS[1])
    await react_to(store, {"50": True})
    taken = await take(store, tmp_path)
    assert taken.evidence.voters == 2
    assert {example.voters for example in taken.examples if example.text != "her own"} == {2}
    assert [example.voters for example in taken.examples if example.text == "her own"] in ([1], [])


async def test_a_removed_reaction_is_as_if_it_had_never_been(store: Store, tmp_path: Path) -> None:
    await a_server(store, 4)
    for member in VOTERS:
        await react.removed(store, 10_002, member, "👍", own_id=BOT)
    assert "haiku 2" not in [example.text for example in (await take(store, tmp_path)).examples]


async def test_what_moderators_flagged_is_never_liked_even_where_it_is_said_twice(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store)
    await a_piece(store, "60", "haiku 4")
    await store.write(lambda db: flags.add(db, Flag("60", MOD, "flag", NOW)))
    found = [example for example in (await take(store, tmp_path)).examples if example.text == "haiku 4"]
    assert [(example.liked, example.confidence, example.flagged) for example in found] == [(0.0, 1.0, True)]


async def test_pieces_that_repeat_what_a_member_typed_are_left_out_unless_they_opted_in(store: Store) -> None:
    brief = replace(BRIEF, form="found line", given="the gate that nobody will see")
    await a_piece(store, "1", brief=brief)
    await a_piece(store, "2", brief=brief, member_id=VOTERS[0])
    await consent.choose(store, VOTERS[0], 1, "opt_in", NOW)
    await react_to(store, {"1": True, "2": True})
    assert list((await store.read(lambda db: gather(db, 1, "verse"))).pieces) == ["2"]


async def test_reactions_found_together_after_an_absence_have_no_time(store: Store) -> None:
    await a_server(store, 2)
    await a_piece(store, "3")
    await react.reconcile(store, 10_003, {"👍": set(VOTERS)}, LATER)
    found = (await store.read(lambda db: gather(db, 1, "verse"))).votes
    assert {vote.timed for vote in found if vote.creation == "3"} == {False}
    assert {vote.timed for vote in found if vote.creation != "3"} == {True}


async def test_who_opted_in_without_a_date_of_joining_was_there_when_first_seen(store: Store) -> None:
    await a_server(store, 2, opted_in=())
    await consent.choose(store, VOTERS[0], 1, "opt_in", LATER)
    found = (await store.read(lambda db: gather(db, 1, "verse"))).votes
    assert {vote.member_since for vote in found} == {min(vote.at for vote in found)}


async def test_accounts_that_act_as_one_are_named_and_count_once(store: Store) -> None:
    await a_server(store)
    rush = tuple(range(801, 807))
    rows = [
        {
            "message_id": 10_000 + n, "member_id": member, "emoji": "👎" if n % 2 == 0 else "👍",
            "added_at": NOW + (n // 2 + 1 + n % 5) * DAY_S + 10.0 * member + n,
        }
        for n in range(1, 31) for member in rush
    ]  # fmt: skip

    def act(db: Connection) -> None:
        db.execute(insert(tables.reactions), rows)
        for member in rush:
            consents.choose(db, MemberChoice(member, 1, "opt_in", NOW, NOW - 365 * DAY_S))

    await store.write(act)
    found = await snapshot.known(store, 1, "verse", LATER)
    assert found.cliques == (frozenset(rush),)
    assert found.evidence.voters <= len(VOTERS) + 1
    assert found.evidence.liked >= 10, "seven honest voters stand against six accounts of one"


async def test_true_pairs_are_what_more_opted_in_members_picked(store: Store, tmp_path: Path) -> None:
    await a_server(store)
    await store.write(lambda db: trials.begin(db, a_trial()))
    picks = {"p1": {VOTERS[0]: True, VOTERS[1]: True, 777: False}, "p2": {VOTERS[0]: True, VOTERS[1]: False}}
    for pair, votes in picks.items():
        await store.write(
            lambda db, pair=pair: trials.add_pair(db, a_pair(pair, asked_by=OURSELVES))  # type: ignore[misc]
        )
        for member, left in votes.items():
            vote = TrialVote(pair, member, left, NOW)
            await store.write(lambda db, vote=vote: trials.vote(db, vote))  # type: ignore[misc]
    taken = await take(store, tmp_path)
    assert [(pair.chosen, pair.rejected, pair.theme) for pair in taken.pairs] == [
        ("a rain", "the rain", "rain")
    ]
    assert taken.evidence.pairs == 1


async def test_the_store_knows_who_is_in_it_and_forgetting_one_reaches_the_directory(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store)
    taken = await take(store, tmp_path)
    for member, inside in ((VOTERS[0], True), (ASKER, True), (777, False)):
        found = await store.read(lambda db, member=member: snapshots.with_member(db, member))  # type: ignore[misc]
        assert found == ([taken.digest] if inside else [])
    assert await store.read(lambda db: snapshots.with_creation(db, "2")) == [taken.digest]
    receipt = await consent.delete(store, VOTERS[0], LATER, folder=tmp_path)
    assert receipt.snapshots == [taken.digest]
    assert not (tmp_path / taken.digest).exists()
    assert (await take(store, tmp_path)).evidence.voters == 6


async def test_a_choice_made_while_a_snapshot_is_written_is_honoured(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_server(store)
    made = snapshot.content
    loop = asyncio.get_running_loop()
    calls = []

    def content(*args: Any) -> Any:
        found = made(*args)
        if not calls:  # between reading and writing, once
            opting_out = consent.choose(store, VOTERS[0], 1, "opt_out", LATER)
            asyncio.run_coroutine_threadsafe(opting_out, loop).result()
        calls.append(1)
        return found

    monkeypatch.setattr(snapshot, "content", content)
    taken = await take(store, tmp_path)
    assert taken.evidence.voters == 6
    assert [path.name for path in tmp_path.iterdir() if len(path.name) == 64] == [taken.digest]  # noqa: ASYNC240


async def test_a_deletion_while_a_snapshot_is_written_reaches_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_server(store)
    loop, put_it, calls = asyncio.get_running_loop(), snapshot.put, []

    def put_late(folder: Path, made: Any) -> None:
        if not calls:  # the store knows it, the directory is not there yet
            forgetting = consent.delete(store, VOTERS[0], LATER, folder=tmp_path)
            asyncio.run_coroutine_threadsafe(forgetting, loop).result()
        calls.append(made.digest)
        put_it(folder, made)

    monkeypatch.setattr(snapshot, "put", put_late)
    taken = await take(store, tmp_path)
    assert taken.evidence.voters == 6
    assert calls[1:] == [taken.digest]
    assert [path.name for path in tmp_path.iterdir() if len(path.name) == 64] == [taken.digest]  # noqa: ASYNC240


async def test_a_server_without_votes_has_an_empty_snapshot(store: Store, tmp_path: Path) -> None:
    await a_piece(store, "1")
    taken = await take(store, tmp_path)
    assert (taken.examples, taken.pairs) == ((), ())
    assert (taken.evidence.liked, taken.evidence.voters) == (0, 0)


async def test_a_folder_that_cannot_be_written_is_one_sentence_and_no_row(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, 2)
    (tmp_path / "file").write_text("")
    with pytest.raises(SnapshotError, match="cannot be written"):
        await take(store, tmp_path / "file")
    assert await store.read(lambda db: snapshots.of_guild(db, 1)) == []
