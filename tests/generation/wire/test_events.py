"""Events as lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.wire.events import (
    Artifact,
    Cancelled,
    Done,
    Event,
    Failed,
    Numbered,
    Preview,
    Queued,
    Started,
)
from generation.wire.jobs import InvalidJobError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
finite = st.floats(allow_nan=False, allow_infinity=False)
events = st.one_of(
    st.builds(Queued, position=st.integers(1, 10**6), eta_s=finite),
    st.just(Started()),
    st.builds(Preview, part=st.integers(0, 9), text=texts),
    st.builds(Artifact, part=st.integers(0, 9), mime=texts, digest=texts, meta=st.dictionaries(texts, texts)),
    st.builds(
        Done, usage=st.dictionaries(texts, finite), seed=st.integers(), model=texts, adapter=st.none() | texts
    ),
    st.builds(Failed, kind=st.sampled_from(["invalid", "engine", "memory"]), sentence=texts),
    st.just(Cancelled()),
)


@given(st.integers(1, 10**9), events)
def test_an_event_is_one_line_and_comes_back_the_same(n: int, event: Event) -> None:
    line = Numbered(n, event).to_line()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert Numbered.from_line(line) == Numbered(n, event)


def test_a_line_looks_as_it_is_documented() -> None:
    assert (
        Numbered(3, Preview(0, "…")).to_line().decode() == '{"n":3,"event":"preview","part":0,"text":"…"}\n'
    )


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{", b"[]", b"3", b"null", b"\xff", b'{"n":1}', b'{"event":"started"}', b'{"n":0,"event":"started"}',
        b'{"n":true,"event":"started"}', b'{"n":1,"event":"exploded"}', b'{"n":1,"event":["started"]}',
        b'{"n":1,"event":"started","extra":1}', b'{"n":1,"event":"preview","part":0}',
        b'{"n":1,"event":"failed","kind":"whim","sentence":"x"}',
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(InvalidJobError):
        Numbered.from_line(line)


def test_json_has_no_way_around_the_numbers() -> None:
    with pytest.raises(InvalidJobError):
        Numbered.from_line(
            json.dumps({"n": 1, "event": "queued", "position": 1, "eta_s": float("nan")}).encode()
        )
