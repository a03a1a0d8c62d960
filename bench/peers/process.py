"""A peer's process, from the bench's side."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bench.peers.protocol import Load, Ran, Request, Sampling

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent.parent
# everything that might start threads of its own
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class PeerError(Exception):
    """A peer that died; the message names its log."""


class PeerProcess:
    """The peer `name`, run by `python`, from `with` to the end of it."""

    def __init__(
        self, name: str, python: Path, threads: int, environment: Mapping[str, str], log: Path
    ) -> None:
        self.name = name
        self._command = [str(python), "-m", f"bench.peers.{name}"]
        self._environment = {
            **os.environ,
            **dict.fromkeys(THREADS, str(threads)),
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
            **environment,
        }
        self._log = log

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def load(self, load: Load) -> dict[str, Any]:
        ready: dict[str, Any] = self._ask({"op": "load", **asdict(load)})["ready"]
        return ready

    def run(self, requests: list[Request], sampling: Sampling) -> Ran:
        """Raises PeerError where a request has not all of its tokens."""
        answer = self._ask(
            {"op": "run", "requests": [asdict(r) for r in requests], "sampling": asdict(sampling)}
        )
        ran = Ran(**answer)
        if [len(ids) for ids in ran.ids] != [request.tokens for request in requests]:
            raise PeerError(f"{self.name} did not make the tokens that it was asked for.")
        return ran

    def mixed(self) -> dict[str, list[float]]:
        return self._ask({"op": "mixed"})

    def peak_rss_mib(self) -> float:
        """The most memory that the process has had resident, in MiB."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
        raise PeerError(f"{self.name} is gone.")

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            print(json.dumps(message), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeerError(f"{self.name} died; {self._log} says why.")
        answer: dict[str, Any] = json.loads(line)
        return answer
