"""A member's own copy of what is kept of them: whole, or one sentence."""

from __future__ import annotations

import io
import json
import random
from zipfile import ZipFile

import pytest

from bot.taste import kept
from studio.errors import Refusal

KNOWN = {"member_id": 3, "wishes": [{"theme": "雨"}] * 200}


def test_an_export_that_is_too_large_as_it_is_comes_packed_and_whole() -> None:
    name, plain = kept.exported(KNOWN, 1_000_000)
    assert (name, json.loads(plain)) == ("renga-export.json", KNOWN)
    assert kept.exported(KNOWN, len(plain)) == (name, plain)
    name, packed = kept.exported(KNOWN, len(plain) - 1)
    assert name == "renga-export.zip"
    assert len(packed) < len(plain)
    with ZipFile(io.BytesIO(packed)) as file:
        assert file.read("renga-export.json") == plain


def test_one_that_is_too_large_all_the_same_is_one_sentence() -> None:
    noise = random.Random(1).randbytes(9000).hex()
    with pytest.raises(Refusal, match="more than Discord lets me send here") as refused:
        kept.exported({"wishes": [noise]}, 4000)
    assert "\n" not in str(refused.value)
