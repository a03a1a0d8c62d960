"""A taste in words: within Discord's limit, whatever is in it, and never as markup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards import MESSAGE_LIMIT
from bot.taste import cards, kept, trial_cards
from finetune.snapshot import Evidence
from generation.starters import starters
from studio.adapters.records import Gate, LogLine, Overview, Standing, Version
from studio.consent import Receipt
from studio.store.taste_records import FORGOTTEN, OURSELVES
from tests.studio.made import MOD, NOW

VERSION = Version("ab" * 32, 1, "verse", "adapter", 3, "candidate", NOW, "cd" * 32, None, "ef" * 32, {})
STANDING = Standing("verse", None, None, False, Evidence(0, 0, 0, 0.0), {"head": "nothing", "adapter": "nothing"})  # fmt: skip


def a_gate(sentence: str, *, passed: bool = False, waivable: bool = True, by: int | None = None) -> Gate:
    return Gate("length", passed, waivable, sentence, by)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (None, "reading how pieces were liked…"),
        ({"phase": "samples", "step": 240, "of": 1080, "eta_s": 250}, "Writing fresh samples · 240 of 1,080 · about 4 minutes left"),
        ({"phase": "gates", "step": 0, "of": 0, "loss": None}, "Checking it against what serves"),
        ({"phase": "later than us", "step": "x", "loss": True, "eta_s": 2}, "At work · about a minute left"),
    ],
)  # fmt: skip
def test_how_far_a_run_is_whatever_its_process_says(step: dict[str, object] | None, told: str) -> None:
    assert told in cards.learning("verse", "adapter", step)


def test_a_bar_is_full_at_the_end_and_never_longer() -> None:
    bars = [
        cards.learning("verse", "head", {"step": at, "of": 10}).rpartition("\n")[2] for at in (0, 5, 10, 99)
    ]
    assert [bar.count("▰") for bar in bars] == [0, 6, 12, 12]
    assert {len(bar) for bar in bars} == {12}


@pytest.mark.parametrize(
    ("gates", "told"),
    [
        ([a_gate("Fine.", passed=True)], "passed every check"),
        ([a_gate("Long.")], "a moderator can waive them"),
        ([a_gate("Long."), a_gate("Broken.", waivable=False)], "failed what cannot be waived"),
        ([a_gate("Long.", by=MOD)], "may serve: what it did not pass was waived"),
    ],
)
def test_a_report_says_what_can_be_done(gates: list[Gate], told: str) -> None:
    said = cards.adapter_made(VERSION, gates)
    assert told in said
    assert f"-# {sum(gate.passed for gate in gates)} of {len(gates)} checks passed." in said


@pytest.mark.parametrize(
    ("member_id", "who"), [(MOD, f"<@{MOD}> let"), (OURSELVES, "I let"), (FORGOTTEN, "somebody let")]
)
def test_the_log_names_who_did_it_and_takes_nothing_on_itself_that_somebody_else_did(
    member_id: int, who: str
) -> None:
    lines = (LogLine(member_id, NOW, "promote", "verse picker 1"),)
    assert who in cards.overview(Overview(NOW, MOD, (STANDING,), (), lines))


def test_everything_fits_and_nothing_of_it_is_markup() -> None:
    rude = "**loud** <@1> @everyone https://example.org\n" * 60
    gates = [a_gate(rude) for _ in range(20)]
    line = LogLine(MOD, NOW, "promote", rude)
    found = Overview(
        NOW, MOD, (STANDING,) * 3, tuple(replace(VERSION, number=n) for n in range(60)), (line,) * 5
    )
    for said in (
        cards.overview(found), cards.shown(VERSION, gates), cards.adapter_made(VERSION, gates),
        cards.compared(VERSION, VERSION, [(gate, None) for gate in gates]), trial_cards.pair("haiku", "x" * 300, rude, rude),
        kept.receipt(Receipt({"wishes": 3}, [], ["ab" * 32] * 60)), cards.ASKING, cards.ALREADY_ON,
        cards.run_failed("verse", "head", rude[:900]),
        cards.run_failed("verse", "adapter", "a line that never ends " * 400, VERSION),
    ):  # fmt: skip
        assert len(said) <= MESSAGE_LIMIT
        assert "**loud**" not in said
        assert "https://" not in said


def test_a_receipt_of_nothing_says_so() -> None:
    assert "There was nothing of yours to forget." in kept.receipt(Receipt({"wishes": 0}))


def test_the_list_names_what_serves_and_what_is_next() -> None:
    head = replace(VERSION, what="head", state="serving")
    ready = replace(
        STANDING,
        head=head,
        adapter=replace(VERSION, state="serving"),
        missing={"head": None, "adapter": None},
    )
    said = cards.overview(Overview(NOW, MOD, (ready, replace(ready, paused=True)), (), ()))
    assert "verse picker 3 and verse adapter 3 serve" in said
    assert "Enough for an adapter: `/adapters retrain kind:verse what:adapter`" in said
    assert "**paused**" in said


def test_a_long_list_of_versions_leaves_room_for_who_did_what() -> None:
    many = tuple(replace(VERSION, number=n) for n in range(60, 0, -1))
    log = tuple(LogLine(MOD, NOW + n, "promote", f"verse adapter {n}") for n in range(10))
    said = cards.overview(Overview(NOW, MOD, (STANDING,) * 3, many, log))
    assert len(said) <= MESSAGE_LIMIT
    for n in range(10):
        assert f"let serve: verse adapter {n}" in said
    assert "verse adapter 60," in said
    shown = said.count("waits for a decision")
    assert f"and {60 - shown} older; /adapters show finds them" in said


def test_why_the_last_training_failed_stands_in_the_list() -> None:
    failed = replace(STANDING, failed="The disk is full: 40 MiB are needed and 3 are free.")
    said = cards.overview(Overview(NOW, MOD, (failed,), (), ()))
    assert "The last training: The disk is full" in said
    assert "The last training" not in cards.overview(Overview(NOW, MOD, (replace(failed, run="7"),), (), ()))


def test_an_adapter_that_could_not_begin_with_the_starter_says_so() -> None:
    told = "the starter adapter that I come with is for another model"
    without = replace(VERSION, report={"parent": None, "serves": ["couplet"]})
    assert told in cards.adapter_made(without, [])
    (verse,) = [each for each in starters() if "couplet" in each.serves]
    for fine in (
        replace(VERSION, report={"parent": verse.digest, "serves": ["couplet"]}),
        replace(without, base=verse.base),  # of this model, and meant so
        replace(VERSION, report={"parent": None, "serves": ["free verse"]}),  # no starter writes it
    ):
        assert told not in cards.adapter_made(fine, [])


def test_what_has_no_room_between_two_is_there_whole_in_a_file() -> None:
    long = "a line of the second one\n" * 80
    assert trial_cards.wholes("short", long) == [("B.txt", long.strip().encode())]
    assert trial_cards.wholes("short", "short too") == []
    assert len(trial_cards.pair("haiku", "rain", long, long)) <= MESSAGE_LIMIT
