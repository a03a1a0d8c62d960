"""Rows for tests of tastes, each whole, with what a test does not care about already said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from studio.store.taste_records import Run, SnapshotRow, Taste, Trial, TrialPair
from tests.studio.made import ADA, MOD, NOW

S1, S2 = "1" * 64, "2" * 64
A, B, C, D = (letter * 64 for letter in "abcd")


def a_snapshot_row(digest: str = S1, **changes: Any) -> SnapshotRow:
    return replace(SnapshotRow(digest, 1, "verse", NOW, "5a17", {"liked": 12}), **changes)


def a_taste(digest: str = A, **changes: Any) -> Taste:
    taste = Taste(
        digest,
        1,
        "verse",
        "head",
        S1,
        "b" * 64,
        parent=None,
        state="candidate",
        made_at=NOW,
        report={"auc": 0.8},
    )
    return replace(taste, **changes)


def a_run(run_id: str = "r1", **changes: Any) -> Run:
    return replace(Run(run_id, 1, "verse", "head", "asked", MOD, NOW), **changes)


def a_trial(trial_id: str = "t1", **changes: Any) -> Trial:
    return replace(Trial(trial_id, 1, "verse", "blind", A, None, NOW), **changes)


def a_pair(pair_id: str = "p1", **changes: Any) -> TrialPair:
    pair = TrialPair(
        pair_id, "t1", None, left_is_candidate=True, form="haiku", theme="rain", asked_by=ADA, left_text="a rain",
        right_text="the rain", made_at=NOW,
    )  # fmt: skip
    return replace(pair, **changes)
