"""From a host's artifacts to a creation: the pictures checked, their notes read with an open mind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generation.wire.events import Artifact, Done
from generation.wire.jobs import PictureBrief, Spot
from studio.ask import _record, wire_job
from studio.pictures import capture
from tests.studio.made import NOW, a_picture_brief, a_request
from tests.studio.pictures.painted import painted, png

BRIEF = a_picture_brief()
OWL = Spot("an owl", "", 7)
DONE = Done({"output_tokens": 12.0}, 7, "tiny", None)


@pytest.mark.parametrize(
    "brief",
    [
        BRIEF,
        replace(BRIEF, count=1),
        replace(BRIEF, move="vary", count=3),
        PictureBrief("mix", (BRIEF.spots[0], OWL), 9),
        PictureBrief("morph", (BRIEF.spots[0], OWL)),
    ],
)
def test_what_each_move_makes_becomes_a_creation(brief: PictureBrief) -> None:
    record = _record(a_request(brief=brief))
    data, artifacts = painted(brief, 7)
    ordered = capture.ordered(brief, list(reversed(artifacts)))
    assert ordered == artifacts
    made = capture.creation(record, wire_job(record), DONE, ordered, data, NOW)
    assert (made.id, made.kind, made.form, made.brief) == ("1", "picture", brief.move, brief)
    assert [picture.part for picture in made.pictures] == list(range(len(artifacts)))
    assert made.pictures[0].alt == "A sticker of a fox."
    assert (made.pictures[0].spot is None) == (brief.move in ("mix", "morph"))


def test_other_artifacts_than_were_asked_for_are_refused() -> None:
    _, artifacts = painted(BRIEF, 7)
    wrong = [
        artifacts[:3],
        [*artifacts[:3], artifacts[0]],
        [*artifacts, replace(artifacts[0], part=4)],
        [*artifacts[:3], replace(artifacts[3], mime="text/plain")],
        [],
    ]
    for found in wrong:
        with pytest.raises(capture.NotPicturesError):
            capture.ordered(BRIEF, found)


def test_bytes_that_are_no_picture_are_refused() -> None:
    record = _record(a_request(brief=BRIEF))
    data, artifacts = painted(BRIEF, 7)
    for bad in (b"hello", png(1)[:-40], png(1, 2000)):
        with pytest.raises(capture.NotPicturesError):
            capture.creation(record, wire_job(record), DONE, artifacts, [*data[:3], bad], NOW)


@pytest.mark.parametrize(
    "meta",
    [
        {},
        {"spot": "far away", "understood": "fox", "outside": "yes", "nearest": None, "alt": 7},
        {"spot": {"theme": "fox", "planet": "mars"}, "understood": [1, None, ""], "nearest": {"a": 1}},
    ],
)
def test_odd_notes_are_left_empty_and_the_picture_is_kept(meta: dict[str, object]) -> None:
    picture = capture.picture(Artifact(0, "image/png", "0" * 64, meta))
    assert (picture.spot, picture.understood, picture.outside, picture.nearest, picture.alt) == (
        None, (), False, (), "",
    )  # fmt: skip


def test_notes_are_bounded_and_without_nul() -> None:
    meta = {"understood": ["a\0b" * 100] * 50, "nearest": ["x"] * 9, "alt": "y" * 9999, "outside": True}
    picture = capture.picture(Artifact(0, "image/png", "0" * 64, meta))
    assert len(picture.understood) == capture.WORDS_MOST
    assert all(len(word) <= capture.WORD_MOST and "\0" not in word for word in picture.understood)
    assert len(picture.nearest) == 3
    assert len(picture.alt) == capture.ALT_MOST
    assert picture.outside
