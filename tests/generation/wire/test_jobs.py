"""Jobs as JSON: whole, strict, and one sentence for what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.wire.jobs import SEEDS, Brief, InvalidJobError, Job, Sampling, Terms
from tests.generation.stand import job

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
finite = {"allow_nan": False, "allow_infinity": False}
jobs = st.builds(
    Job,
    id=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    kind=st.just("text"),
    tenant=texts,
    member=texts,
    asked_at=st.floats(**finite),
    brief=st.builds(
        Brief, form=texts, theme=texts.filter(bool), tone=texts, length=st.sampled_from(["short", "medium", "long"]),
        move=st.sampled_from(["new", "vary", "continue"]), source=texts,
    ),
    seed=st.integers(0, SEEDS - 1),
    sampling=st.builds(Sampling, temperature=st.floats(0, 5), top_k=st.integers(0, 100)),
    terms=st.builds(Terms, weight=st.floats(0.01, 1000), deadline=st.none() | st.floats(**finite)),
    model=st.none() | texts,
    adapter=st.none() | texts,
)  # fmt: skip


@given(jobs)
def test_a_job_survives_the_wire_whole(made: Job) -> None:
    assert Job.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_what_has_a_default_may_be_left_out() -> None:
    data = job("a").to_json()
    for name in ("sampling", "terms", "model", "adapter"):
        del data[name]
    del data["brief"]["tone"]
    assert Job.from_json(data).sampling == Sampling()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("id", "", "id"),
        ("id", "a/b", "id"),
        ("id", "x" * 65, "id"),
        ("id", 7, "id must be text"),
        ("kind", "picture", "kind must be one of text"),
        ("kind", ["text"], "kind must be one of text"),
        ("kind", {}, "kind must be one of text"),
        ("seed", -1, "seed"),
        ("seed", SEEDS, "seed"),
        ("seed", True, "seed must be a whole number"),
        ("seed", 1.0, "seed must be a whole number"),
        ("asked_at", float("nan"), "finite"),
        ("asked_at", float("inf"), "finite"),
        ("asked_at", "now", "asked_at must be a number"),
        ("asked_at", None, "asked_at"),
        ("asked_at", 10**400, "asked_at"),
        ("brief", "rain", "brief must be an object"),
        ("brief.theme", "", "theme"),
        ("brief.theme", "x" * 1001, "1000"),
        ("brief.tone", "x" * 201, "200"),
        ("brief.source", "x" * 20_001, "20000"),
        ("brief.move", "steal", "brief.move must be one of new, vary, continue"),
        ("brief.mood", "x", "brief.mood is not a field"),
        ("sampling.temperature", -0.1, "temperature"),
        ("sampling.temperature", float("nan"), "finite"),
        ("sampling.top_p", 0.0, "top_p"),
        ("sampling.top_k", -1, "top_k"),
        ("sampling.min_p", 1.0, "min_p"),
        ("sampling.repetition_penalty", 0.0, "repetition"),
        ("sampling.max_tokens", -1, "max_tokens"),
        ("sampling.max_tokens", 10**6, "max_tokens"),
        ("terms.weight", 0.0, "weight"),
        ("terms.priority", 1000, "priority"),
        ("terms.deadline", float("nan"), "finite"),
        ("wish", 1, "wish is not a field"),
    ],
)
def test_what_breaks_the_vocabulary_gets_one_sentence(path: str, value: Any, said: str) -> None:
    data = job("a").to_json()
    *outer, last = path.split(".")
    place = data
    for name in outer:
        place = place[name]
    place[last] = value
    with pytest.raises(InvalidJobError) as caught:
        Job.from_json(data)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["id", "kind", "tenant", "member", "asked_at", "brief", "seed"])
def test_what_is_missing_is_named(name: str) -> None:
    data = job("a").to_json()
    del data[name]
    with pytest.raises(InvalidJobError, match=f"{name} is missing"):
        Job.from_json(data)


@pytest.mark.parametrize("data", [None, [], "job", 3])
def test_what_is_not_an_object_is_refused(data: Any) -> None:
    with pytest.raises(InvalidJobError, match="must be an object"):
        Job.from_json(data)
