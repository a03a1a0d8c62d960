"""The pictures of one training: read once into a folder, then drawn at random, each with one of its captions.

`prepare` fills the folder: pictures at the wanted size, recoloured ones beside them, sentence vectors of every caption,
pooled features for the posterior, what words look like. It goes on where an earlier one was cut off, and begins anew where that was of other
pictures, of another size, or by other rules; `stamp.json` says which. Drawing is a function of torch's global seed.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from generation.gan.text_encoder import Sentences, in_a_row
from generation.gan.training import recolour
from generation.gan.training.backbone import Backbone, features
from generation.gan.training.gallery import SHARE
from generation.gan.training.looks import looks
from generation.gan.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from generation.gan.training.gallery import Gallery

SOURCE = Path(__file__).parent / "data"
CAPTIONS = "captions.jsonl.xz"
ARCHIVES = {"sticker": "stickers.zip", "abstract": "abstract.zip", "painting": "paintings.zip"}
OPAQUE = frozenset({"abstract", "painting"})
WORDS_AT_LEAST = 3
RECOLOURS = 2
NOT_RECOLOURED = frozenset({"people-body", "symbols", "flags"})
SHARES = {"sticker": 0.52, "recoloured": 0.06, "abstract": 0.40, "painting": 0.02}
STYLE_WEIGHTS = {"fluent": 0.7, "fluent-flat": 0.7, "fluent-3d": 0.7}  # the three share their drawings
STYLE_WORDS = {
    "noto": "shaded", "twemoji": "simple", "fluent-flat": "flat", "fluent": "glossy", "fluent-3d": "3d",
    "pixel": "pixel art", "blob": "blob", "noto-v1": "rounded cartoon", "emojitwo": "smooth", "fxemoji": "muted",
    "streamline": "outlined",
}  # fmt: skip
CHUNK = 2048
TOLD = ("rows.json", "captions.json")
FOILS = 256  # captions that a batch's pictures are told from, beside one another's
RULES = 1  # one more, whenever `prepare` makes something else of the same source


@dataclass(frozen=True, slots=True)
class Captions:
    """N captions as `TextCode` reads them."""

    sentences: Tensor  # (N, 384)
    words: Tensor  # (M,) all bags in a row
    offsets: Tensor  # (N,) where each begins


@dataclass(frozen=True, slots=True)
class Batch:
    """N captioned pictures: on grounds (N, 3, 1, 1), and what is known of captions and pictures."""

    pictures: Tensor  # (N, 3, s, s) in [-1, 1], laid on the grounds
    grounds: Tensor  # (N, 3, 1, 1) in [-1, 1]
    alpha: Tensor  # (N, 1, s, s) in [0, 1]
    opaque: Tensor  # (N,) bool: nothing of the picture may be transparent
    captions: Captions  # N
    foils: Captions  # FOILS, of pictures that are not here
    features: Tensor  # (N, POOLED)


class Dataset:
    """What `prepare` left in a folder."""

    def __init__(self, folder: Path, side: int) -> None:
        told = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
        self.pictures = np.load(folder / f"pictures-{side}.npy", mmap_mode="r")  # (R, s, s, 4) uint8
        self.features = np.load(folder / "features.npy", mmap_mode="r")  # (R, 2, POOLED) float16
        self.vectors = np.load(folder / "vectors.npy", mmap_mode="r")  # (C, 384) float16
        captions = json.loads((folder / "captions.json").read_text(encoding="utf-8"))
        self.captions: list[list[int]] = told["captions"]
        self.kinds: list[str] = told["kinds"]
        self.vocabulary = Vocabulary(told["vocabulary"])
        self.bags = [torch.tensor(self.vocabulary.bag(caption), dtype=torch.long) for caption in captions]
        self.weights = torch.tensor(told["weights"], dtype=torch.double)
        self.looks = torch.from_numpy(np.load(folder / "looks.npy"))  # (words, looks.WIDTH)

    def draw(self, n: int, gallery: Gallery | None = None) -> Batch:
        """`n` pictures at random, by their weights; torch's global generator decides.

        Of the abstract ones, `gallery.SHARE` are from `gallery`, if there is one.
        """
        rows = torch.multinomial(self.weights, n, replacement=True).tolist()
        chosen = [self.captions[row][int(torch.randint(len(self.captions[row]), ()))] for row in rows]
        mirror = torch.rand(n) < torch.tensor(
            [0.5 if self.kinds[row] == "abstract" else 0.25 for row in rows]
        )
        pixels, pooled = self.pictures[rows], self.features[rows, mirror.long().numpy()]
        vectors, bags = self.vectors[chosen], [self.bags[caption] for caption in chosen]
        if gallery is not None:
            for at in [at for at in range(n) if self.kinds[rows[at]] == "abstract"]:
                slot = int(torch.randint(len(gallery), ()))
                if torch.rand(()) < SHARE:
                    pixels[at], vectors[at], bags[at] = (
                        gallery.pictures[slot],
                        gallery.vectors[slot],
                        gallery.bags[slot],
                    )
                    pooled[at] = gallery.features[slot, int(mirror[at])]
        rgba = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
        rgba = torch.where(mirror[:, None, None, None], rgba.flip(3), rgba)
        grounds = torch.where(
            torch.rand(n, 1, 1, 1) < 0.35, 1 - 0.4 * torch.rand(n, 3, 1, 1), torch.ones(n, 3, 1, 1)
        )
        alpha = rgba[:, 3:] / 255
        pictures = grounds + alpha * (rgba[:, :3] / 127.5 - 1 - grounds)
        foils = torch.multinomial(self.weights, FOILS, replacement=True).tolist()
        named = [self.captions[row][int(torch.randint(len(self.captions[row]), ()))] for row in foils]
        return Batch(
            pictures.contiguous(memory_format=torch.channels_last),
            grounds,
            alpha,
            torch.tensor([self.kinds[row] in OPAQUE for row in rows]),
            _read(vectors, bags),
            _read(self.vectors[named], [self.bags[caption] for caption in named]),
            torch.from_numpy(pooled).float(),
        )


def _read(vectors: npt.NDArray[np.float16], bags: Sequence[Tensor]) -> Captions:
    """With a little noise on the sentence vectors, so that none is learnt by heart."""
    sentences = torch.from_numpy(vectors).float()
    return Captions(sentences + 0.05 * torch.randn_like(sentences), *in_a_row(bags))


def read_rows(source: Path = SOURCE) -> list[dict[str, Any]]:
    """Every captioned picture, as the README of the folder describes."""
    with lzma.open(source / CAPTIONS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_pictures(rows: Iterable[dict[str, Any]], side: int, source: Path = SOURCE) -> npt.NDArray[np.uint8]:
    """(R, side, side, 4): straight from the archives, scaled with alpha in mind, white where nothing is seen."""
    archives = {kind: zipfile.ZipFile(source / name) for kind, name in ARCHIVES.items()}
    found = []
    for row in rows:
        image = Image.open(io.BytesIO(archives[row["kind"]].read(f"{row['id']}.webp"))).convert("RGBA")
        found.append(_scaled(np.asarray(image), side))
    return np.stack(found)


def prepare(folder: Path, side: int, say: Callable[[str], None], source: Path = SOURCE) -> None:
    """Fill `folder` for pictures of `side` px; what is there already of the same ones is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    _begin(folder, {"rules": RULES, "side": side, "source": _digest(source)}, say)
    rows = [row for row in read_rows(source) if row["split"] == "train"]
    if not (folder / f"pictures-{side}.npy").exists() or not (folder / "rows.json").exists():
        say(f"Reading {len(rows)} pictures…")
        pictures = read_pictures(rows, side, source)
        rows, pictures = _with_recoloured(rows, pictures)
        captions = sorted({caption for row in rows for caption in row["en"]})
        index = {caption: at for at, caption in enumerate(captions)}
        vocabulary = Vocabulary.of(
            (row["en"] for row in rows), (row["name"] for row in rows), at_least=WORDS_AT_LEAST
        )
        _write_json(folder / "captions.json", captions)
        _save(folder / f"pictures-{side}.npy", pictures)
        _write_json(
            folder / "rows.json",
            {
                "captions": [[index[caption] for caption in row["en"]] for row in rows],
                "kinds": [row["kind"] for row in rows],
                "weights": _weights(rows),
                "vocabulary": vocabulary.entries,
            },
        )
    _encode_captions(folder, say)
    if not (folder / "features.npy").exists():
        _look_at(folder, np.load(folder / f"pictures-{side}.npy", mmap_mode="r"), say)
    if not (folder / "looks.npy").exists():
        say("Working out what pictures of each word look like…")
        _work_out_looks(folder, side)


def _begin(folder: Path, stamp: dict[str, Any], say: Callable[[str], None]) -> None:
    """Leave in `folder` only what was prepared under `stamp`."""
    path = folder / "stamp.json"
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) == stamp:
        return
    old = [*folder.glob("*.npy"), *(found for name in TOLD if (found := folder / name).exists())]
    if old:
        say(f"What lies in {folder} was prepared from other pictures, or otherwise: it is prepared anew.")
    for found in old:
        found.unlink()
    _write_json(path, stamp)


def _digest(source: Path) -> str:
    """Of all that is read of `source`."""
    digest = hashlib.sha256()
    for name in (CAPTIONS, *ARCHIVES.values()):
        digest.update(hashlib.sha256((source / name).read_bytes()).digest())
    return digest.hexdigest()


def _with_recoloured(
    rows: list[dict[str, Any]], pictures: npt.NDArray[np.uint8]
) -> tuple[list[dict[str, Any]], npt.NDArray[np.uint8]]:
    """Beside each sticker of one colour, up to two of other colours; which is decided by the picture's id."""
    more, drawn = [], []
    for row, picture in zip(rows, pictures, strict=True):
        if row["kind"] != "sticker" or row["group"] in NOT_RECOLOURED:
            continue
        main = recolour.main_hue(picture)
        if main is None:
            continue
        rng = np.random.default_rng(list(row["id"].encode()))
        others = recolour.others(main[0])
        for colour in rng.permutation(others)[:RECOLOURS]:
            word = STYLE_WORDS[row["style"]]
            thing = recolour.uncoloured(f"{colour} {row['name']}", keep=str(colour))
            captions = [f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}, {word}", thing]
            more.append(row | {"kind": "recoloured", "en": captions})
            drawn.append(recolour.recoloured(picture, *main, str(colour)))
    return rows + more, np.concatenate([pictures, np.stack(drawn)])


def _weights(rows: Sequence[dict[str, Any]]) -> list[float]:
    """How often each is drawn: kinds by `SHARES`, styles within them by `STYLE_WEIGHTS`."""
    weights = np.array([STYLE_WEIGHTS.get(row["style"], 1.0) for row in rows])
    kinds = np.array([row["kind"] for row in rows])
    for kind, share in SHARES.items():
        weights[kinds == kind] *= share / max(1e-9, weights[kinds == kind].sum())
    return [float(weight) for weight in weights]


def _encode_captions(folder: Path, say: Callable[[str], None]) -> None:
    """Sentence vectors of all captions, a file for each chunk until all are there."""
    if (folder / "vectors.npy").exists():
        return
    captions = json.loads((folder / "captions.json").read_text(encoding="utf-8"))
    sentences = Sentences.load()
    parts = []
    for start in range(0, len(captions), CHUNK):
        part = folder / f"vectors-{start}.npy"
        if not part.exists():
            say(f"Reading captions, {start} of {len(captions)}…")
            _save(part, sentences(captions[start : start + CHUNK]).half().numpy())
        parts.append(part)
    _save(folder / "vectors.npy", np.concatenate([np.load(part) for part in parts]))
    for part in parts:
        part.unlink()


def _look_at(folder: Path, pictures: npt.NDArray[np.uint8], say: Callable[[str], None]) -> None:
    """Pooled features of every picture on white, straight and mirrored."""
    backbone = Backbone.load()
    found = []
    for start in range(0, len(pictures), 256):
        if start % CHUNK == 0:
            say(f"Looking at pictures, {start} of {len(pictures)}…")
        found.append(features(backbone, pictures[start : start + 256]))
    _save(folder / "features.npy", np.concatenate(found))


def _work_out_looks(folder: Path, side: int) -> None:
    told = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    captions = json.loads((folder / "captions.json").read_text(encoding="utf-8"))
    vocabulary = Vocabulary(told["vocabulary"])
    bags = [torch.tensor(vocabulary.bag(caption), dtype=torch.long) for caption in captions]
    found = looks(
        np.load(folder / f"pictures-{side}.npy", mmap_mode="r"),
        np.load(folder / "features.npy", mmap_mode="r"),
        [[bags[at] for at in row] for row in told["captions"]],
        torch.tensor(told["weights"]),
        len(vocabulary),
    )
    _save(folder / "looks.npy", found.numpy())


def _scaled(rgba: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    """(S, S, 4) to (side, side, 4) by the mean of whole boxes of premultiplied colours."""
    step = rgba.shape[0] // side
    if step == 1:
        return rgba
    x = rgba.astype(np.float32).reshape(side, step, side, step, 4)
    alpha = x[..., 3:] / 255
    colours = (x[..., :3] * alpha).mean((1, 3)) / alpha.mean((1, 3)).clip(1e-4)
    seen = alpha.mean((1, 3))
    colours = np.where(seen > 0, colours, 255)
    return np.concatenate([colours, seen * 255], axis=2).round().clip(0, 255).astype(np.uint8)


def _save(path: Path, array: npt.NDArray[Any]) -> None:
    partial = path.with_name(f"{path.stem}.partial.npy")
    np.save(partial, array)
    partial.rename(path)


def _write_json(path: Path, told: Any) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    partial.rename(path)
