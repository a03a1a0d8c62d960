"""Pieces to figures: each piece's row first, then what the rows of one arm and one form come to. Pure, but for the judges."""

from __future__ import annotations

import math
import statistics
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from bench.forms.judges import holds
from bench.forms.kept import text_key
from bench.forms.strict import STRICT
from bench.report import quantile
from finetune.copies import Copy, lines_copied, longest, training_texts
from finetune.variety import cut_alike, distinct2, repetitive, self_bleu
from generation.forms import form_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.forms.briefs import Asked
    from bench.forms.judges import Nearness, Reader
    from bench.forms.kept import Rows
    from bench.forms.making import Made

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of one arm with the brief that it was made for."""

    asked: Asked
    made: Made

    @property
    def text(self) -> str:
        return self.made.text


class Scoring:
    """The judges, and what they said before. `reader` is None where the other model is not installed.

    Copies are looked for in the first `records` of the training data; None: in all.
    """

    def __init__(
        self, reader: Reader | None, nearness: Nearness, said: Rows, *, records: int | None = None
    ) -> None:
        self._reader, self._nearness, self._said, self._records = reader, nearness, said, records

    def rows(self, pieces: Sequence[Piece]) -> list[Row]:
        """A row for each piece, with all that is to be told of it and `nats`, the judge's."""
        copies = longest([one.text for one in pieces], islice(training_texts(), self._records))
        return [self._row(one, copy) for one, copy in zip(pieces, copies, strict=True)]

    def _row(self, piece: Piece, copy: Copy) -> Row:
        asked, made = piece.asked, piece.made
        brief = asked.brief
        count = STRICT.get(brief.form)
        fault = None if count is None else count(piece.text, brief.given)
        cosines = self._cosines(piece)
        held = holds(piece.text, brief)
        near = None if cosines is None else bool(piece.text) and cosines[0] > max(cosines[1:])
        examples = [example.text for example in form_named(brief.form).examples]
        return {
            "id": asked.id, "seed": asked.seed, "typed": asked.typed, "form": brief.form, "theme": brief.theme,
            "given": brief.given, "must": list(brief.must), "text": piece.text, "sentence": made.sentence,
            "kept": None if fault is None else not fault, "fault": fault or "", "told": made.meta.get("form"),
            "held": held if brief.must else None, "cosines": cosines, "near": near,
            "honoured": held and near is not False, "repetitive": repetitive(piece.text), "copy": asdict(copy),
            "example_lines": lines_copied(piece.text, examples), "adapter": made.adapter, "seconds": made.seconds,
            "first_s": made.first_s, "tokens": made.tokens, "prompt_tokens": made.prompt_tokens,
            "nats": self._nats(piece),
        }  # fmt: skip

    def _cosines(self, piece: Piece) -> list[float] | None:
        """With its own theme and two others; None of Chinese, of which MiniLM knows nothing."""
        if piece.asked.brief.language == "zh":
            return None
        themes = (piece.asked.brief.theme, *piece.asked.others)
        key = f"minilm {themes} {text_key('', piece.text)}"
        if (found := self._said.get(key)) is None:
            found = self._nearness.cosines(piece.text, themes)
            self._said.add([(key, found)])
        cosines: list[float] = found
        return cosines

    def _nats(self, piece: Piece) -> list[float] | None:
        """Nobody's of Chinese: SmolLM2 reads it byte by byte."""
        if self._reader is None or piece.asked.brief.language == "zh":
            return None
        key = text_key(self._reader.name, piece.text)
        if (found := self._said.get(key)) is None:
            found = self._reader.nats(piece.text)
            self._said.add([(key, found)])
        nats: list[float] = found
        return nats


def told(rows: Sequence[Row]) -> dict[str, Any]:
    """What the rows of one form and arm come to."""
    texts = [row["text"] for row in rows if row["text"]]
    kept = [row["kept"] for row in rows if row["kept"] is not None]
    checked = [row for row in rows if row["told"] is not None and row["kept"] is not None]
    near = [row["near"] for row in rows if row["near"] is not None]
    held = [row["held"] for row in rows if row["held"] is not None]
    sound = [row for row in rows if row["nats"] and not row["repetitive"]]
    copy = max((row["copy"] for row in rows), key=lambda one: one["words"], default=None)
    return {
        "pieces": len(rows),
        "not_made": sum(not row["text"] for row in rows),
        "kept": _share(kept),
        "told_kept": _share([row["told"]["kept"] for row in rows if row["told"] is not None]),
        "told_otherwise": [
            f"{row['id']}/{row['seed']}" for row in checked if row["told"]["kept"] != row["kept"]
        ],
        "honoured": _share([row["honoured"] for row in rows]),
        "near": _share(near),
        "held": _share(held),
        "distinct2": round(distinct2(texts), 4),
        "self_bleu": round(self_bleu(texts), 4),
        "repetitive": sum(row["repetitive"] for row in rows),
        "perplexity": round(_perplexity([row["nats"] for row in sound]), 2) if sound else None,
        "longest_copy": copy,
        "example_lines": sorted({line for row in rows for line in row["example_lines"]}),
        "median_s": round(statistics.median(row["seconds"] for row in rows), 2) if rows else None,
        "p90_s": round(quantile([row["seconds"] for row in rows], 0.9), 2),
        "first_median_s": round(statistics.median(row["first_s"] for row in rows), 2) if rows else None,
        "tokens": statistics.median(row["tokens"] for row in rows) if rows else None,
        "adapters": sorted({row["adapter"] or "" for row in rows}),
    }


def versus(ours: Sequence[Row], theirs: Sequence[Row]) -> dict[str, float | int | None]:
    """One arm over another, over the same briefs. Pairs in which one goes round in circles, or is empty, are left out of
    the perplexities. `…_alike` has each pair cut to the length of the shorter.
    """
    pairs = list(zip(ours, theirs, strict=True))
    assert all((one["id"], one["seed"]) == (other["id"], other["seed"]) for one, other in pairs)
    sound = [
        (one["nats"], other["nats"]) for one, other in pairs
        if one["nats"] and other["nats"] and not one["repetitive"] and not other["repetitive"]
    ]  # fmt: skip
    cut = [(one[: len(other)], other[: len(one)]) for one, other in sound]
    full = [(one, other) for one, other in pairs if one["text"] and other["text"]]
    mine, yours = cut_alike([one["text"] for one, _ in full], [other["text"] for _, other in full])
    return {
        "pairs": len(pairs),
        "sound": len(sound),
        "perplexity_ratio": _ratio(sound),
        "perplexity_ratio_alike": _ratio(cut),
        "distinct2_ratio": round(distinct2(mine) / distinct2(yours), 4) if any(yours) else None,
    }


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def brief_row(row: Mapping[str, Any]) -> Row:
    """A row as a report keeps it: the judge's nats as their mean and number."""
    nats = row["nats"]
    mean = round(sum(nats) / len(nats), 4) if nats else None
    return {**row, "nats": mean, "judged_tokens": len(nats or [])}


def _share(found: Sequence[bool]) -> float | None:
    return round(sum(found) / len(found), 4) if found else None


def _perplexity(nats: Sequence[Sequence[float]]) -> float:
    """Over all tokens of all texts."""
    return math.exp(sum(map(sum, nats)) / sum(map(len, nats)))


def _ratio(pairs: Sequence[tuple[Sequence[float], Sequence[float]]]) -> float | None:
    if not pairs:
        return None
    ours, theirs = (_perplexity([pair[side] for pair in pairs]) for side in (0, 1))
    return round(ours / theirs, 4)
