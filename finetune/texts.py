"""The texts that starters are trained on: public-domain pieces with where each comes from. See data/text/README.md."""

from __future__ import annotations

import hashlib
import json
import lzma
import re
from pathlib import Path
from typing import Any, Literal

Record = dict[str, Any]  # the keys are in data/text/README.md
Side = Literal["train", "val"]

FOLDER = Path(__file__).parent / "data" / "text"
MODERN = 1850  # the first year whose diction is asked for

ARCHAIC = re.compile(
    r"(?<!\w)(?:thee|thou|thy|thine|hath|doth|dost|hast|hadst|ere|o'er|e'er|ne'er|'tis|'twas|'twere|'neath|'mid|ye|lo|oft|wilt|"
    r"shalt|canst|art thou|yon|yonder|whilst|morn|maiden|quoth|methinks|nigh|thro'|th'|spake|wherefore|whence|"
    r"hither|thither|behold|betwixt|perchance|alas|verily|begat)\b|\w'd\b|\weth\b|\w+'st\b",
    re.IGNORECASE,
)


def records(name: str, side: Side) -> list[Record]:
    """Everything of "poems", "light", "scenes", "stories" or "tang" that is on one side; no author is on both."""
    with lzma.open(FOLDER / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [record for record in map(json.loads, lines) if record["split"] == side]


def digest(name: str) -> str:
    """The hex SHA-256 of the file that `records` reads."""
    return hashlib.sha256((FOLDER / f"{name}.jsonl.xz").read_bytes()).hexdigest()


def plain(text: str) -> str:
    """`text` as people type it: no dashes without spaces, no double ones, no stray spaces."""
    lines = text.replace("—", " - ").replace("--", " - ").split("\n")
    return "\n".join(re.sub(r"\s+", " ", line).replace(" - ,", ",").strip(" -") for line in lines).strip()
