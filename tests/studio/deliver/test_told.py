"""What a host says of a text beside its bytes, read with care."""

from __future__ import annotations

from typing import Any

import pytest

from studio.deliver import told


def test_a_verdict_is_read() -> None:
    assert told.form({"form": {"kept": True, "reasons": []}}) == (True, ())
    assert told.form({"form": {"kept": False, "reasons": ["Too long."]}}) == (False, ("Too long.",))


@pytest.mark.parametrize(
    "form", [None, True, [], {}, {"kept": 1, "reasons": []}, {"kept": True, "reasons": "no"}]
)
def test_an_odd_verdict_is_none(form: Any) -> None:
    assert told.form({"form": form}) == (None, ())
    assert told.form({}) == (None, ())


def test_what_is_told_is_bounded_and_without_nul() -> None:
    _, reasons = told.form({"form": {"kept": False, "reasons": ["a\0" + "x" * 999] * 99}})
    assert len(reasons) == told.REASONS_LIMIT
    assert len(reasons[0]) == told.REASON_LIMIT
    assert "\0" not in reasons[0]
    assert told.note({"note": "n\0" * 999}) == "n\N{REPLACEMENT CHARACTER}" * (told.NOTE_LIMIT // 2)
    assert told.note({"note": ""}) is None
