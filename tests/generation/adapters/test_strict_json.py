"""JSON that means to cost its reader time or memory."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.adapters import AdapterError, strict_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(found=st.dictionaries(st.text(), VALUES, max_size=4))
def test_an_object_comes_back_as_it_is(found: dict[str, object]) -> None:
    text = json.dumps(found)
    if depth(found) <= strict_json.MAX_DEPTH:
        assert strict_json.parse(text.encode(), "It") == found
    else:
        with pytest.raises(AdapterError, match="nested deeper"):
            strict_json.parse(text.encode(), "It")


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        ('{"a":' * 7 + "[]" + "}" * 7, False),
        ('{"a":' * 8 + "[]" + "}" * 8, True),
        ('{"' + "[" * 100 + '":"' + "{" * 100 + '"}', False),  # in strings they nest nothing
        ('{"\\"[[[[[[[[[":"\\\\","\\\\\\"{{{{{{{{{":1}', False),
        ('{"\\\\":' + "[" * 8 + "]" * 8 + "}", True),
        ('{"a\\\\\\\\":' + "[" * 500, True),
        ('{"a":"\\' + "[" * 50, False),  # not closed, and no JSON
    ],
)
def test_depth_is_counted_outside_of_strings_only(text: str, deep: bool) -> None:
    try:
        strict_json.parse(text.encode(), "It")
        said = ""
    except AdapterError as error:
        said = str(error)
    assert ("nested deeper" in said) == deep


@pytest.mark.parametrize(
    "part",
    [
        "[],",
        "{},",
        '{"":0},',
        '"",',
        "0,",
        '"a",',
        '"\\"",',
        '{"":[]},',
        '"\U0001f600",',
        "1.5,",
        "[[[[]]]],",
    ],
)
def test_memory_stays_in_proportion_to_the_text(part: str) -> None:
    size = 64 * 1024
    text = ('{"a":[' + part * (size // len(part.encode())) + "0]}").encode()
    tracemalloc.start()
    try:
        strict_json.parse(text, "It")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 64 * len(text)
