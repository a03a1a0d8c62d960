"""Finding a browser, and saying what to do where there is none."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.browser import install
from tests.browser.browsers import NoBrowserError, find_browser

if TYPE_CHECKING:
    from pathlib import Path


def downloaded(path: Path) -> Any:
    return cast("Any", SimpleNamespace(chromium=SimpleNamespace(executable_path=str(path))))


@pytest.fixture
def empty_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    return tmp_path / "chrome"


def test_the_download_is_used_where_the_machine_has_no_browser(empty_machine: Path) -> None:
    empty_machine.touch()
    assert find_browser(downloaded(empty_machine)) == str(empty_machine)


def test_no_browser_is_a_failure_that_names_the_cure(empty_machine: Path) -> None:
    with pytest.raises(NoBrowserError, match="make browser"):
        find_browser(downloaded(empty_machine))


@pytest.mark.parametrize(
    ("root", "working_after", "steps", "status"),
    [
        (True, 0, [], 0),
        (True, 1, ["playwright"], 0),
        (True, 2, ["playwright", "update", "install"], 0),
        (True, 9, ["playwright", "update", "install"], 1),
        (False, 9, ["playwright"], 1),
    ],
)
def test_each_way_is_tried_only_when_the_one_before_failed(
    monkeypatch: pytest.MonkeyPatch, root: bool, working_after: int, steps: list[str], status: int
) -> None:
    ran: list[str] = []

    def run(*command: str) -> bool:
        ran.append("playwright" if "playwright" in command else command[1])
        return True

    works = iter([number >= working_after for number in range(4)])
    monkeypatch.setattr(install, "works", lambda: next(works))
    monkeypatch.setattr(install, "ran", run)
    monkeypatch.setattr(install.os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(install.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert install.main() == status
    assert ran == steps
