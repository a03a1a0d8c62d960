"""`python -m generation.cluster.errand MODULE ARGUMENTS…`: run `python -m MODULE ARGUMENTS` on whatever node of a Ray cluster has room.

It joins the cluster at RAY_ADDRESS (`auto`: the one that this machine is a node of), asks for a processor, and for a GPU where
one comes free within a minute, and is then the command's stand-in: it repeats what it says, line by line, and ends as it ends. The command works in
this directory, which is there on every node, and gets an open standard input, which ends with its node's worker or with us.
Where its node is lost it is begun again on another, so it has to be one that goes on where it was.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import structlog
from pydantic_settings import BaseSettings, SettingsConfigDict

from generation.cluster.errors import ClusterError
from generation.cluster.serving import joined, line_of
from generation.host.logs import configure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

log = structlog.get_logger(__name__)

AGAIN = 3  # times that a lost node is made up for
GPU_WITHIN_S = 60.0  # one has to be free, where there are any; else it is done without
ROOM_WITHIN_S = 600.0  # a node has to have room for it
BEGUN = ("begun", "")
Said = tuple[str, str | int]  # `BEGUN` first, ("out" or "err", a line), and last ("code", the exit status)


class Where(BaseSettings):
    """The one setting that it needs, by environment variable or in `.env`."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    ray_address: str = ""


def main() -> None:
    if not sys.argv[1:]:
        sys.exit("Say what to run: a module, and its arguments.")
    configure("WARNING")  # on standard error: standard output is the command's
    try:
        code = errand(sys.argv[1:], Where().ray_address)
    except ClusterError as error:
        sys.exit(str(error))
    sys.exit(code)


def errand(arguments: Sequence[str], address: str) -> int:
    """Have `python -m` with `arguments` run on the cluster at `address`, and repeat what it says. Its exit status.

    Raises:
        ClusterError: there is no cluster, no node of it has room, the command cannot be begun, or node after node was lost.
    """
    if not address:
        raise ClusterError(
            "Say in RAY_ADDRESS which Ray cluster is meant; auto is the one that this machine is a node of."
        )
    joined(address, log_to_driver=False)  # what Ray says there is not what the command says
    import ray
    from ray.exceptions import RayError, RayTaskError

    try:
        wants = (1, 0) if ray.cluster_resources().get("GPU") else (0,)  # type: ignore[no-untyped-call]
        for again in range(AGAIN + 1):
            for gpus in wants:
                task: Any = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=0, num_returns="streaming")(
                    _run
                )
                said = task.remote(tuple(arguments), str(Path.cwd()))
                within_s = GPU_WITHIN_S if gpus else ROOM_WITHIN_S
                if ray.wait([said], timeout=within_s)[0]:
                    break
                ray.cancel(said, force=True)
            else:
                raise ClusterError(
                    f"No node of the cluster had room for it within {ROOM_WITHIN_S / 60:.0f} minutes."
                )
            try:
                for reference in said:
                    kind, what = ray.get(reference)
                    if kind == "code":
                        return int(what)
                    if kind != "begun":
                        print(what, file=sys.stdout if kind == "out" else sys.stderr, flush=True)
            except RayTaskError as error:
                raise ClusterError(f"It could not be begun on its node: {line_of(error.cause)}.") from error
            except RayError as error:
                if again == AGAIN:
                    raise ClusterError(f"Its node was lost {AGAIN + 1} times: {line_of(error)}") from error
                log.warning("begun_again", lost=line_of(error))
    finally:
        ray.shutdown()
    raise AssertionError("a command ends with a status")


def _run(arguments: Sequence[str], directory: str) -> Iterator[Said]:
    """On the node: what the command says, as it says it, and how it ended."""
    yield BEGUN
    process = subprocess.Popen(  # noqa: S603 - whoever may send a task to this cluster may run anything on it
        [sys.executable, "-m", *arguments], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, errors="replace",
    )  # fmt: skip
    said: queue.Queue[Said | None] = queue.Queue()

    def follow(kind: str, stream: IO[str]) -> None:
        for line in stream:
            said.put((kind, line.rstrip("\n")))
        said.put(None)

    streams = {"out": process.stdout, "err": process.stderr}
    try:
        for kind, stream in streams.items():
            threading.Thread(target=follow, args=(kind, stream), daemon=True).start()
        ended = 0
        while ended < len(streams):
            one = said.get()
            if one is None:
                ended += 1
            else:
                yield one
        yield "code", process.wait()
    finally:
        process.kill()


if __name__ == "__main__":
    main()
