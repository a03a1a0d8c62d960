"""Bytes to pieces: however they are cut, and whatever they are."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.remote.errors import Garbled, RemoteError
from generation.remote.stream import LINE_BYTES, Piece, Usage, lines, piece
from tests.generation.remote.faulty import DONE, USAGE, chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

STREAM = b": ping\r\n\r\n" + chunk(None) + chunk("Ré\n雨") + chunk("!", "stop") + USAGE + DONE


async def read(parts: Sequence[bytes]) -> list[Piece]:
    async def come() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return [found async for line in lines(come()) if (found := piece(line)) is not None]


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
async def test_it_does_not_matter_where_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    found = await read([STREAM[a:b] for a, b in itertools.pairwise(edges)])
    assert "".join(one.text for one in found) == "Ré\n雨!"
    assert [one.finish for one in found if one.finish] == ["stop"]
    assert [one.usage for one in found if one.usage] == [Usage(33, 9)]
    assert found[-1].last


async def test_half_a_line_at_the_end_is_no_piece() -> None:
    assert [one.text for one in await read([chunk("a") + b'data: {"choices'])] == ["a"]


async def test_a_line_without_an_end_is_not_kept_for_ever() -> None:
    with pytest.raises(Garbled):
        await read([b"x" * 2**16] * (LINE_BYTES // 2**16 + 1))


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda data: b"data: " + data))
def test_any_line_is_a_piece_or_an_error_of_ours(line: bytes) -> None:
    with contextlib.suppress(RemoteError):
        piece(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["choices", "delta", "content", "finish_reason", "usage", "prompt_tokens", "error"]), inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["choices", "usage", "error"]), JSON, max_size=3))
def test_any_object_is_a_piece_or_an_error_of_ours(told: dict[str, object]) -> None:
    try:
        found = piece(b"data: " + json.dumps(told).encode())
    except RemoteError:
        return
    assert found is None or (isinstance(found.text, str) and isinstance(found.finish, str | None))
