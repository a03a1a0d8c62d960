"""Jobs as JSON: whole, strict, and one sentence for what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.wire.jobs import BASE, SEEDS, Brief, InvalidJobError, Job, PictureBrief, Sampling, Spot, Terms
from tests.generation.stand import job, picture_job

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
finite = {"allow_nan": False, "allow_infinity": False}
seeds = st.integers(0, SEEDS - 1)
briefs = st.builds(
    Brief, form=texts, theme=texts.filter(bool), tone=texts, length=st.sampled_from(["short", "medium", "long"]),
    move=st.sampled_from(["new", "vary", "continue", "shorter", "warmer", "adjust"]), source=texts,
    must=st.lists(st.text("abc", min_size=1, max_size=9), max_size=6).map(tuple), given=texts,
    language=st.sampled_from(["", "en", "zh"]), wish=texts,
)  # fmt: skip
spots = st.builds(
    Spot, theme=texts.filter(bool), style=st.sampled_from(["", "flat", "ink"]), seed=seeds,
    away=st.lists(seeds, max_size=15).map(tuple),
)  # fmt: skip
pictures = st.one_of(
    st.builds(PictureBrief, st.sampled_from(["new", "vary"]), st.tuples(spots), st.integers(1, 4)),
    st.builds(PictureBrief, st.just("mix"), st.tuples(spots, spots), st.integers(2, 9)),
    st.builds(PictureBrief, st.just("morph"), st.tuples(spots, spots)),
)


def jobs_of(**kind: st.SearchStrategy[Any]) -> st.SearchStrategy[Job]:
    return st.builds(
        Job,
        id=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
        tenant=texts,
        member=texts,
        asked_at=st.floats(**finite),
        seed=seeds,
        sampling=st.builds(Sampling, temperature=st.floats(0, 5), top_k=st.integers(0, 100)),
        terms=st.builds(Terms, weight=st.floats(0.01, 1000), deadline=st.none() | st.floats(**finite)),
        model=st.none() | texts,
        adapter=st.none() | texts.filter(bool),
        head=st.none() | texts.filter(bool),
        **kind,
    )


jobs = jobs_of(kind=st.just("text"), brief=briefs) | jobs_of(
    kind=st.just("picture"), brief=st.none(), picture=pictures
)


@given(jobs)
def test_a_job_survives_the_wire_whole(made: Job) -> None:
    assert Job.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_what_has_a_default_may_be_left_out() -> None:
    data = job("a").to_json()
    for name in ("sampling", "terms", "model", "adapter", "head", "picture"):
        del data[name]
    del data["brief"]["tone"]
    assert Job.from_json(data).sampling == Sampling()
    data = picture_job("a").to_json()
    data["picture"] = {"move": "new", "spots": [{"theme": "a fox"}]}
    assert Job.from_json(data).picture == PictureBrief("new", (Spot("a fox"),))


def test_the_base_model_alone_is_no_adapter_by_name() -> None:
    assert replace(job("a"), adapter=BASE).named_adapter is None
    assert job("a").named_adapter is None
    assert replace(job("a"), adapter="0" * 64).named_adapter == "0" * 64
    assert Job.from_json({**job("a").to_json(), "adapter": BASE}).adapter == BASE


def test_what_is_made_is_named_in_a_word() -> None:
    assert job("a").form == "free verse"
    assert picture_job("a", move="mix", count=3).form == "mix"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("id", "", "id"),
        ("id", "a/b", "id"),
        ("id", "x" * 65, "id"),
        ("id", 7, "id must be text"),
        ("kind", "music", "kind must be one of text, picture"),
        ("kind", ["text"], "kind must be one of text, picture"),
        ("kind", {}, "kind must be one of text, picture"),
        ("kind", "picture", "A job of kind picture has a picture"),
        ("picture", {"move": "new", "spots": [{"theme": "a fox"}]}, "A job of kind text has a brief"),
        ("brief", None, "A job of kind text has a brief"),
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
        ("brief.must", ["word"] * 7, "6"),
        ("brief.must", ["x" * 41], "40"),
        ("brief.must", [""], "40"),
        ("brief.must", "hum", "list"),
        ("brief.given", "x" * 301, "300"),
        ("brief.language", "fr", "en, zh"),
        ("brief.wish", "x" * 301, "300"),
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
        ("adapter", "", "adapter"),
        ("adapter", "x" * 101, "adapter"),
        ("head", "", "head"),
        ("head", "x" * 101, "head"),
    ],
)
def test_what_breaks_the_vocabulary_gets_one_sentence(path: str, value: Any, said: str) -> None:
    assert said in sentence_about(job("a"), path, value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("kind", "text", "A job of kind text has a brief"),
        ("picture", None, "A job of kind picture has a picture"),
        ("picture", "a fox", "picture must be an object"),
        ("brief", {"form": "haiku", "theme": "rain"}, "A job of kind picture has a picture and no brief"),
        ("picture.move", "steal", "picture.move must be one of new, vary, mix, morph"),
        ("picture.move", "mix", "A mix has two spots"),
        ("picture.move", "morph", "A morph is one picture between two spots"),
        ("picture.spots", [], "at one spot"),
        ("picture.spots", [{"theme": "a"}, {"theme": "b"}], "at one spot"),
        ("picture.spots", {"theme": "a"}, "picture.spots must be a list"),
        ("picture.count", 0, "New pictures are 1 to 4"),
        ("picture.count", 5, "New pictures are 1 to 4"),
        ("picture.count", 1.5, "picture.count must be a whole number"),
        ("picture.size", 512, "picture.size is not a field"),
        ("picture.spots.0.theme", "", "A theme has 1 to 1000"),
        ("picture.spots.0.theme", "x" * 1001, "A theme has 1 to 1000"),
        ("picture.spots.0.style", "x" * 41, "A style has at most 40"),
        ("picture.spots.0.style", None, "style must be text"),
        ("picture.spots.0.seed", SEEDS, "A spot's seed"),
        ("picture.spots.0.seed", -1, "A spot's seed"),
        ("picture.spots.0.away", [SEEDS], "A step away"),
        ("picture.spots.0.away", [1, True], "picture.spots[0].away[1] must be a whole number"),
        ("picture.spots.0.away", [1] * 17, "at most 16 times"),
    ],
)
def test_what_breaks_a_picture_s_vocabulary_gets_one_sentence(path: str, value: Any, said: str) -> None:
    assert said in sentence_about(picture_job("a"), path, value)


@pytest.mark.parametrize(
    ("move", "spots", "count"), [("mix", 2, 1), ("mix", 2, 10), ("morph", 2, 2), ("vary", 1, 5)]
)
def test_each_move_has_its_own_bounds(move: Any, spots: int, count: int) -> None:
    made = picture_job("a", move=move, spots=(Spot("a fox"),) * spots, count=count)
    with pytest.raises(InvalidJobError):
        Job.from_json(made.to_json())


def test_a_picture_is_varied_no_further_than_a_spot_can_say() -> None:
    far = Spot("a fox", away=(1,) * 15)
    varied = picture_job("a", move="vary", spots=(far,))
    assert Job.from_json(varied.to_json()) == varied
    further = picture_job("a", move="vary", spots=(Spot("a fox", away=(1,) * 16),))
    with pytest.raises(InvalidJobError, match="at most 16 times"):
        Job.from_json(further.to_json())


def sentence_about(whole: Job, path: str, value: Any) -> str:
    """What is said of `whole` with `value` at `path`."""
    data = json.loads(json.dumps(whole.to_json()))
    *outer, last = path.split(".")
    place = data
    for name in outer:
        place = place[int(name) if name.isdecimal() else name]
    place[last] = value
    with pytest.raises(InvalidJobError) as caught:
        Job.from_json(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


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
