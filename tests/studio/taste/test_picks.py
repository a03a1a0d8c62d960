"""What is learnt of drafts: of which one was picked, by whom, and of what is said of the piece from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from studio import consent
from studio.store import consents, drafts, flags, messages, snapshots, tables
from studio.store.records import Draft
from studio.store.taste_records import Flag, MemberChoice
from studio.taste.gathered import gather
from tests.studio.made import MOD, NOW
from tests.studio.taste.test_snapshot import (
    ASKER,
    DAY_S,
    LATER,
    VOTERS,
    a_piece,
    a_server,
    put,
    react_to,
    take,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from studio.store import Store

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # its queries are tested on both


async def a_choice(
    store: Store, job_id: str, texts: tuple[str, ...], choice: int | None, **changes: Any
) -> None:
    """A piece that was made in several drafts, of which its asker picked one."""

    def fill(db: Connection) -> None:
        put(db, job_id, texts[0], drafts=len(texts), **changes)
        several = [Draft(n, text, "0" * 64) for n, text in enumerate(texts)]
        drafts.add(db, job_id, several)
        if choice is not None:
            assert drafts.choose(db, job_id, several[choice], NOW + int(job_id) * DAY_S / 2 + 60)

    await store.write(fill)


async def others_pick(store: Store, count: int = 4, *, first: int = 53) -> None:
    """So many other members pick a draft each."""
    for n in range(count):
        await a_choice(store, str(first + n), ("A bell.", "A gull."), 0, member_id=VOTERS[n])


async def test_a_draft_that_was_picked_is_better_than_those_that_were_left(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, opted_in=(*VOTERS, ASKER))
    await a_choice(store, "40", ("The moon.", "The sea.", "The moon."), 1)
    await others_pick(store)
    taken = await take(store, tmp_path)
    found = [(pair.chosen, pair.rejected, pair.theme) for pair in taken.pairs if pair.theme == "theme 4"]
    assert found == [("The sea.", "The moon.", "theme 4")] * 2
    assert len({pair.rejected_id for pair in taken.pairs}) == 6
    assert taken.evidence.pairs == 6
    await consent.delete(store, ASKER, LATER, folder=tmp_path)
    assert await store.read(lambda db: snapshots.with_member(db, ASKER)) == []
    row = await store.read(lambda db: snapshots.get(db, taken.digest))
    assert row is not None
    assert row.purged_at == LATER


async def test_nothing_is_learnt_from_the_pick_of_who_did_not_opt_in(store: Store, tmp_path: Path) -> None:
    await a_server(store)
    await a_choice(store, "40", ("The moon.", "The sea."), 1)
    await others_pick(store, 5)
    pairs = (await take(store, tmp_path)).pairs
    assert [(pair.chosen, pair.rejected) for pair in pairs] == [("A bell.", "A gull.")] * 5


async def test_nor_of_who_opted_in_before_it_was_said_that_picks_are_learnt_from(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store)
    await store.write(
        lambda db: consents.choose(db, MemberChoice(ASKER, 1, "opt_in", NOW, NOW - DAY_S, terms=1))
    )
    await a_choice(store, "40", ("The moon.", "The sea."), 1)
    await others_pick(store, 5)
    assert "The sea." not in {pair.chosen for pair in (await take(store, tmp_path)).pairs}


async def test_nor_of_what_was_deleted_in_the_channel(store: Store, tmp_path: Path) -> None:
    await a_server(store, opted_in=(*VOTERS, ASKER))
    await a_choice(store, "40", ("The moon.", "The sea."), 1)
    await others_pick(store, 5)
    await store.write(lambda db: messages.mark_deleted(db, 10_040))
    assert "The sea." not in {pair.chosen for pair in (await take(store, tmp_path)).pairs}


async def test_a_pick_that_is_held_out_as_a_piece_is_held_out_as_a_pair(store: Store, tmp_path: Path) -> None:
    await a_server(store, opted_in=(*VOTERS, ASKER))
    await a_choice(store, "90", ("The moon.", "The sea."), 1)
    await react_to(store, {"90": True})
    await others_pick(store)
    taken = await take(store, tmp_path)
    (example,) = (one for one in taken.examples if one.text == "The sea.")
    (pair,) = (one for one in taken.pairs if one.chosen == "The sea.")
    assert example.part == "newest"
    assert pair.part == "newest"


async def test_nothing_is_learnt_from_what_was_not_picked_or_was_flagged(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, opted_in=(*VOTERS, ASKER))
    await a_choice(store, "40", ("The moon.", "The sea."), None)
    await a_choice(store, "41", ("The moon.", "The sea."), 0)
    await store.write(lambda db: flags.add(db, Flag("41", MOD, "flag", NOW)))
    await others_pick(store, 5)
    assert len((await take(store, tmp_path)).pairs) == 5


async def test_the_theme_of_a_pick_that_goes_back_to_somebody_elses_words_is_not_known(
    store: Store, tmp_path: Path
) -> None:
    await a_server(store, opted_in=(*VOTERS, ASKER))
    await a_piece(store, "39", member_id=ASKER + 1)
    await a_choice(store, "40", ("The moon.", "The sea."), 1, parent="39")
    await others_pick(store)
    assert [pair.theme for pair in (await take(store, tmp_path)).pairs].count(None) == 1


async def test_nobodys_picks_outweigh_the_others(store: Store, tmp_path: Path) -> None:
    await a_server(store, opted_in=(*VOTERS, ASKER))
    for number in range(100, 110):
        await a_choice(store, str(number), ("The moon.", f"Sea {number}."), 1)
    await others_pick(store, 3)
    assert (await take(store, tmp_path)).pairs == ()  # four members are no server
    await others_pick(store, 4, first=60)
    chosen = [pair.chosen for pair in (await take(store, tmp_path)).pairs]
    assert [text for text in chosen if text.startswith("Sea")] == ["Sea 109."]


async def test_drafts_are_no_piece_until_one_is_picked_and_votes_count_from_then(store: Store) -> None:
    await a_server(store, opted_in=VOTERS)
    await a_choice(store, "40", ("The moon.", "The sea."), None)
    await a_choice(store, "42", ("The moon.", "The sea."), 1)
    await react_to(store, {"40": True, "42": True})
    await store.write(
        lambda db: db.execute(
            insert(tables.reactions),
            [{"message_id": 10_042, "member_id": 700, "emoji": "👎", "added_at": NOW + 42 * DAY_S / 2 + 30}],
        )
    )
    await store.write(lambda db: consents.choose(db, MemberChoice(700, 1, "opt_in", NOW, NOW)))
    found = await store.read(lambda db: gather(db, 1, "verse"))
    assert "40" not in found.pieces
    assert found.pieces["42"].text == "The sea."
    voters = {vote.member for vote in found.votes if vote.creation == "42"}
    assert voters == set(VOTERS)
