"""Files of pictures: whole or not there, shared by digest, and gone when nothing speaks of them."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from studio import deliver
from studio.errors import Refusal, StoreUnavailable
from studio.pictures.files import PictureFiles
from studio.pictures.forget import FEW, sweep
from tests.studio.made import ADA, a_job, a_picture_brief, make_pictures
from tests.studio.pictures.painted import png

if TYPE_CHECKING:
    from pathlib import Path

    from studio.store import Store

DATA = png(1)
DIGEST = hashlib.sha256(DATA).hexdigest()


def in_two_hours() -> float:
    return time.time() + 7200


async def test_what_is_kept_is_read_again_and_twice_is_once(tmp_path: Path) -> None:
    files = PictureFiles(tmp_path / "deep" / "pictures")
    assert await files.digests() == set()
    for _ in range(2):
        await files.keep(DIGEST, "image/png", DATA)
    assert await files.read(DIGEST, "image/png") == DATA
    assert [path.name for path in files.folder.iterdir()] == [f"{DIGEST}.png"]
    assert await files.digests() == {DIGEST}


async def test_what_is_gone_or_bent_is_one_sentence(tmp_path: Path) -> None:
    files = PictureFiles(tmp_path)
    with pytest.raises(Refusal, match="file is gone"):
        await files.read(DIGEST, "image/png")
    await files.keep(DIGEST, "image/png", DATA)
    (tmp_path / f"{DIGEST}.png").write_bytes(DATA[:-1])
    with pytest.raises(Refusal, match="file is gone"):
        await files.read(DIGEST, "image/png")
    await files.keep(DIGEST, "image/png", DATA)
    assert await files.read(DIGEST, "image/png") == DATA


async def test_a_disk_that_does_not_take_it_is_unavailable_and_leaves_nothing(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        await PictureFiles(in_the_way).keep(DIGEST, "image/png", DATA)


DIES = """
import os, signal, sys
from pathlib import Path
from studio.pictures import files
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)  # the moment before the name is given
files._write(Path(sys.argv[1]) / "x.png", b"half of a picture")
"""


async def test_a_kill_half_way_leaves_no_picture_and_the_next_start_tidies_up(
    store: Store, tmp_path: Path
) -> None:
    folder = store.pictures.folder
    folder.mkdir()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, str(folder))
    assert await process.wait() == -signal.SIGKILL
    assert [path.suffix for path in folder.iterdir()] == [".new"]
    await sweep(store, in_two_hours())
    assert list(folder.iterdir()) == []


async def test_the_sweep_takes_what_no_creation_has_and_nothing_else(store: Store) -> None:
    made = await make_pictures(store, await a_job(store, brief=a_picture_brief()))
    await store.pictures.keep(DIGEST, "image/png", DATA)
    await sweep(store, in_two_hours())
    assert await store.pictures.digests() == {picture.digest for picture in made.pictures}


async def test_the_sweep_leaves_what_another_process_may_be_about_to_speak_of(store: Store) -> None:
    await store.pictures.keep(DIGEST, "image/png", DATA)
    await sweep(store, time.time())
    assert await store.pictures.digests() == {DIGEST}


async def test_the_sweep_leaves_the_pictures_of_another_database(store: Store) -> None:
    others = {}
    for number in range(FEW + 1):
        data = b"picture %d" % number
        others[hashlib.sha256(data).hexdigest()] = data
    for digest, data in others.items():
        await store.pictures.keep(digest, "image/png", data)
    await sweep(store, in_two_hours())
    assert await store.pictures.digests() == set(others)


async def test_a_picture_that_cannot_be_read_now_is_not_called_gone(store: Store) -> None:
    store.pictures.folder.mkdir(exist_ok=True)
    (store.pictures.folder / f"{DIGEST}.png").mkdir()
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        await store.pictures.read(DIGEST, "image/png")


async def test_a_file_that_two_creations_share_goes_with_the_last_of_them(store: Store) -> None:
    first = await make_pictures(store, await a_job(store, "1", brief=a_picture_brief()))
    second = await make_pictures(store, await a_job(store, "2", brief=a_picture_brief()))
    digests = {picture.digest for picture in first.pictures}
    assert digests == {picture.digest for picture in second.pictures}
    await deliver.delete_creation(store, "1", by_member=ADA, is_moderator=False)
    assert await store.pictures.digests() == digests
    await deliver.delete_creation(store, "2", by_member=ADA, is_moderator=False)
    assert await store.pictures.digests() == set()
