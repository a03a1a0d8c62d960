"""`python -m generation.gan.training.painter`: a folder of paintings, their captions and a sheet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("skia", reason="the painter is for training, which needs skia")

from generation.gan.training.painter import paint
from generation.gan.training.painter.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def test_a_set_is_pictures_with_captions_and_one_sheet(tmp_path: Path) -> None:
    main(["--count", "5", "--seed", "40", "--side", "64", "--out", str(tmp_path / "set")])
    lines = (tmp_path / "set" / "captions.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["seed"] for row in rows] == [40, 41, 42, 43, 44]
    assert all(row["en"] and row["zh"] for row in rows)
    with Image.open(tmp_path / "set" / "42.png") as picture:
        assert np.array_equal(np.asarray(picture), paint(42, 64).rgb)
    with Image.open(tmp_path / "set" / "sheet.png") as sheet:
        assert sheet.size == (3 * 66 - 2, 2 * 66 - 2)


def test_no_paintings_at_all_are_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--count", "0", "--out", str(tmp_path)])
    assert "--count is at least 1" in capsys.readouterr().err
