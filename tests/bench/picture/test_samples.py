"""The list of briefs, and the real pictures that it names."""

from __future__ import annotations

from collections import Counter

from bench.picture.real import RealPictures
from bench.picture.samples import samples

SETS = ("seen", "unseen", "paintings", "spread")


def test_the_list_has_its_2120_briefs_each_with_a_seed_of_its_own() -> None:
    found = samples(SETS)
    assert Counter(sample.set for sample in found) == {
        "seen": 600,
        "unseen": 600,
        "paintings": 600,
        "spread": 320,
    }
    assert [sample.seed for sample in found] == list(range(2120))
    spread = Counter(sample.caption for sample in found if sample.set == "spread")
    assert set(spread.values()) == {8}
    assert len(spread) == 40


def test_a_limit_holds_for_each_set_and_keeps_the_order() -> None:
    found = samples(SETS, 16)
    assert [sample.set for sample in found] == [name for name in SETS for _ in range(16)]
    assert [sample.n for sample in found] == sorted(sample.n for sample in found)


def test_every_brief_names_a_real_picture_of_its_split() -> None:
    real = RealPictures()
    for sample in samples(SETS):
        shown = real.shown[sample.id]
        assert shown.kind == ("abstract" if sample.set == "paintings" else "sticker")
        if sample.set != "paintings":
            assert shown.split == ("test" if sample.set == "unseen" else "train")
    assert len(real.trained()) == 9192


def test_a_real_picture_is_read_as_the_referee_sees_it() -> None:
    real = RealPictures()
    ids = [sample.id for sample in samples(["seen", "paintings"], 1)]
    assert real.views(ids).shape == (2, 64, 64, 3)
    assert [real.image(id_).mode for id_ in ids] == ["RGBA", "RGB"]
