"""The starters: found by what stands in their manifests, and each as good as it says it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from generation.forms import FORMS
from generation.starters import Starter, starter, starter_named, starters

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 6_000_000  # bytes of an adapter's tensors


def placed(folder: Path, name: str, digest: str, base: str, *serves: str) -> Starter:
    directory = folder / name / digest
    directory.mkdir(parents=True)
    (directory / "manifest.json").write_text(json.dumps({"base": base, "serves": serves}))
    return Starter(name, digest, base, serves, folder / name)


def test_starters_are_found_by_their_manifests(tmp_path: Path) -> None:
    verse = placed(tmp_path, "small-verse", "a" * 64, "1" * 64, "haiku", "couplet")
    story = placed(tmp_path, "small-story", "b" * 64, "1" * 64, "fable")
    assert starters(tmp_path) == (story, verse)


def test_a_base_or_a_form_without_a_starter_has_none() -> None:
    assert starter("0" * 64, "haiku") is None
    assert all(starter(one.base, "epic") is None for one in starters())
    assert starter_named(None) is None
    assert starter_named("0" * 64) is None


def test_each_starter_is_small_and_serves_forms_that_there_are_and_was_better_than_its_base() -> None:
    for one in starters():
        assert starter_named(one.digest) == one
        assert set(one.serves) <= set(FORMS)
        assert all(starter(one.base, form) == one.digest for form in one.serves)
        assert (one.root / one.digest / "adapter_model.safetensors").stat().st_size <= LARGEST
        metrics = json.loads((one.root / one.digest / "manifest.json").read_text())["metrics"]
        assert metrics["held_out_after"] < metrics["held_out_before"]
