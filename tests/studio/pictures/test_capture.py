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


def test_what_a_host_says_of_either_end_is_said_once() -> None:
    brief = PictureBrief("mix", (BRIEF.spots[0], OWL), 9)
    record = _record(a_request(brief=brief))
    data, artifacts = painted(brief, 7)

    def note(first: object, last: object) -> str | None:
        way = [replace(each, meta={**each.meta, "note": "on the way"}) for each in artifacts[1:-1]]
        ends = [replace(artifacts[at], meta={"note": said}) for at, said in ((0, first), (-1, last))]
        told = [ends[0], *way, ends[1]]
        return capture.creation(record, wire_job(record), DONE, told, data, NOW).note

    assert note("No fox.", "No owl.") == "No fox. No owl."
    assert note("No fox.", "No fox.") == "No fox."
    assert note(None, "No owl.") == "No owl."
    assert note(None, ["odd"]) is None
    assert note("x" * 9999, None) == "x" * capture.NOTE_MOST


def test_a_moving_picture_is_told_as_its_two_ends() -> None:
    meta = {"understood": ["fox · " * 20, "owl", "more"]}
    picture = capture.picture(Artifact(0, "image/webp", "0" * 64, meta))
    assert picture.understood == (("fox · " * 20).strip(), "owl")


def test_notes_are_bounded_and_without_nul() -> None:
    meta = {"understood": ["a\0b" * 100] * 50, "nearest": ["x"] * 9, "alt": "y" * 9999, "outside": True}
    picture = capture.picture(Artifact(0, "image/png", "0" * 64, meta))
    assert len(picture.understood) == capture.WORDS_MOST
    assert all(len(word) <= capture.WORD_MOST and "\0" not in word for word in picture.understood)
    assert len(picture.nearest) == 3
    assert len(picture.alt) == capture.ALT_MOST
    assert picture.outside
