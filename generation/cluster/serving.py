"""Ray: started or joined, one Serve deployment for each replica, and the way to each.

Without an address, a Ray of our own is started on this machine, behind a token that only we have, and ends with this
process: its daemons carry the kernel's parent-death signal, so even `kill -9` takes them along (two small agents of
Ray's follow within about a minute). What it writes goes to a directory of its own in the system's temporary one, because its
sockets' paths must be short; it is removed at the end, or at the next start where this process was killed.

With an address, the cluster is somebody's: we add our applications to it and take them away again. A cluster serves
one Renga, as the applications' names are fixed. Nothing but this file and `errand.py`, a process of its own, imports Ray.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import logging
import math
import os
import secrets
import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import structlog

from generation.cluster.engine import ClusterEngine
from generation.cluster.errors import ClusterError, LinkLost
from generation.cluster.replica import EngineReplica
from generation.host.logs import configure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from types import TracebackType

    from ray.serve.handle import DeploymentHandle

    from generation.cluster.orders import Declined, Hello, News, Order
    from generation.host.engine import Cost, Engine
    from generation.host.local import LocalEngine
    from generation.wire.jobs import Job

START_WITHIN_S = 180.0
STOP_WITHIN_S = 8.0
KNOCK_WITHIN_S = 5.0
STORE_BYTES = 80 * 2**20  # Ray's least; what we send is small and never goes there
PREFIX = "renga-ray-"
CALM = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DISABLE_FAILURE_SIGNAL_HANDLER": "1",  # SIGTERM is how a host is told to leave, not a failure
    "RAY_COLOR_PREFIX": "0",
    "RAY_DEDUP_LOGS": "0",
}
# Serve warns of a replica that takes longer to start, every so often; it is slow when we no longer wait for it
SLOW = ("RAY_SERVE_SLOW_STARTUP_WARNING_S", "RAY_SERVE_SLOW_STARTUP_WARNING_PERIOD_S")

log = structlog.get_logger(__name__)


class Cluster:
    """`with Cluster(...) as cluster:` costs nothing yet; `cluster.engine()` starts it, leaving ends it."""

    def __init__(
        self,
        local: LocalEngine,
        replicas: int,
        *,
        address: str = "",
        log_level: str = "INFO",
        start_within_s: float = START_WITHIN_S,
    ) -> None:
        """Each of `replicas` runs `local`. `address` is Ray's (`host:port` or `auto`); empty: one of our own."""
        self._local = local
        self._names = [f"renga-{number}" for number in range(replicas)]
        self._address = address
        self._log_level = log_level
        self._start_within_s = start_within_s
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._made: concurrent.futures.Future[ClusterEngine] = concurrent.futures.Future()
        self._events: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            if self._events is not None:
                with contextlib.suppress(RuntimeError):  # it has ended by itself just now
                    self._events.call_soon_threadsafe(self._end.set)
            self._thread.join(STOP_WITHIN_S)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def engine(self) -> ClusterEngine:
        """Start it all, once, and wait for the first replica. Blocks.

        Raises:
            ClusterError: Ray or the engines did not start in time.
        """
        began = time.monotonic()
        self._thread.start()
        try:
            engine = self._made.result(self._start_within_s)
        except TimeoutError:
            raise ClusterError(f"Ray did not start within {self._start_within_s:.0f} seconds.") from None
        while not engine.wait_for_a_replica(1.0):
            late = time.monotonic() - began > self._start_within_s
            if late or _given_up(self._names):
                raise ClusterError(f"No replica could be started. {_why_not(self._names)}")
        return engine

    def _run(self) -> None:
        """The thread that Ray's processes are children of: they would not survive the end of any other."""
        try:
            asyncio.run(self._serve())
        except ClusterError as error:
            self._made.set_exception(error)
        except Exception as error:
            log.exception("cluster_failed")
            if not self._made.done():
                self._made.set_exception(ClusterError(f"Ray failed: {line_of(error)}"))
        finally:
            self._leave()

    async def _serve(self) -> None:
        self._events = asyncio.get_running_loop()
        self._join()
        engine = ClusterEngine(self._deploy(), self._events)
        running = asyncio.create_task(engine.run())
        self._made.set_result(engine)
        await self._end.wait()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    def _join(self) -> None:
        """Start Ray, or join the one there is."""
        if self._address:
            joined(self._address)
            return
        os.environ.update(
            **CALM,
            RAY_AUTH_MODE="token",
            RAY_AUTH_TOKEN=secrets.token_hex(32),
            RAY_worker_niceness="0",  # as nice as we are, not fifteen more
        )
        self._folder = _own_folder()
        import ray

        cores = len(os.sched_getaffinity(0))
        try:
            ray.init(
                "local",
                num_cpus=max(cores, len(self._names) * self._local.threads),
                include_dashboard=False,
                object_store_memory=STORE_BYTES,
                logging_level=logging.ERROR,
                _node_ip_address="127.0.0.1",
                _temp_dir=str(self._folder),
            )
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            raise ClusterError(f"Ray cannot be reached or started: {line_of(error)}") from error

    def _deploy(self) -> list[ServeLink]:
        """One application for each replica, none waited for."""
        import ray
        from ray import serve
        from ray.serve.schema import LoggingConfig

        logging.getLogger("ray.serve").setLevel(logging.WARNING)
        calm = LoggingConfig(log_level="WARNING", enable_access_log=False)
        resources: dict[str, Any] = {"num_cpus": self._local.threads}
        if gpus := ray.cluster_resources().get("GPU"):  # type: ignore[no-untyped-call]
            resources["num_gpus"] = 1
            if gpus < len(self._names):
                log.warning("replicas_wait_for_gpus", gpus=gpus, replicas=len(self._names))
        deployed = serve.deployment(
            name="engine",
            ray_actor_options=resources,
            max_ongoing_requests=1000,
            health_check_period_s=1.0,
            health_check_timeout_s=30.0,
            graceful_shutdown_wait_loop_s=0.1,
            graceful_shutdown_timeout_s=1.0,
            max_constructor_retry_count=3,
            logging_config=calm,
        )
        application = deployed(EngineReplica).bind(functools.partial(_load, self._local, self._log_level))
        patient = {name: str(math.ceil(self._start_within_s)) for name in SLOW}
        serve.start(
            proxy_location="Disabled",
            logging_config=calm,
            controller_options={"runtime_env": {"env_vars": patient}},
        )
        handles = serve.run_many(
            [serve.RunTarget(application, name=name, route_prefix=None) for name in self._names],
            wait_for_ingress_deployment_creation=False,
            wait_for_applications_running=False,
        )
        return [ServeLink(name, handle) for name, handle in zip(self._names, handles, strict=True)]

    def _leave(self) -> None:
        import ray
        from ray import serve

        if not ray.is_initialized():
            return
        if self._address:
            for name in self._names:
                serve.delete(name, _blocking=False)
        ray.shutdown()


def joined(address: str, *, log_to_driver: bool = True) -> None:
    """Make this process part of the cluster at `address`: `host:port`, or `auto`, the one that this machine is a node of.
    `log_to_driver`: what its workers write is written here, too.

    Raises:
        ClusterError: there is none, or Ray is not installed.
    """
    os.environ.update(CALM)
    if address != "auto":
        _knock(address)
    try:
        import ray
        from ray.exceptions import RayError
    except ImportError:
        raise ClusterError("Ray is not installed: pip install 'renga[cluster]'.") from None
    try:
        ray.init(address, logging_level=logging.ERROR, log_to_driver=log_to_driver)
    except (
        ConnectionError,
        OSError,
        RuntimeError,
        ValueError,
        RayError,
    ) as error:  # a token that is not its own, too
        where = f"Ray at RAY_ADDRESS {address}"
        raise ClusterError(f"{where} cannot be reached or started: {line_of(error)}") from error


class ServeLink:
    """`orders.Link` over a Serve handle."""

    def __init__(self, name: str, handle: DeploymentHandle[EngineReplica]) -> None:
        self._name = name
        self._handle = handle

    @property
    def name(self) -> str:
        return self._name

    async def cost(self, job: Job) -> Cost | Declined:
        with _lost():
            cost: Cost | Declined = await self._handle.cost.remote(job)
            return cost

    async def send(self, session: str, orders: Sequence[Order]) -> None:
        with _lost():
            await self._handle.send.remote(session, tuple(orders))

    async def session(self, name: str) -> AsyncIterator[Hello | News]:
        stream: Any = self._handle.options(stream=True).session.remote(name)
        try:
            with _lost():
                async for item in stream:
                    yield item
        finally:
            stream.cancel()


def _load(local: LocalEngine, log_level: str) -> Engine:
    """In the replica's process, of which this is the root."""
    configure(log_level)
    return local.load()


@contextlib.contextmanager
def _lost() -> Any:
    from ray.exceptions import RayError
    from ray.serve.exceptions import RayServeException

    try:
        yield
    except (RayError, RayServeException) as error:
        raise LinkLost(line_of(error)) from error


def _knock(address: str) -> None:
    """See that something listens at `host:port`; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_WITHIN_S).close()
    except (OSError, ValueError) as error:
        raise ClusterError(f"Ray at RAY_ADDRESS {address} cannot be reached: {line_of(error)}.") from None


def _given_up(names: Sequence[str]) -> bool:
    """Whether Serve tries no more to start any of them."""
    from ray import serve
    from ray.serve.schema import ApplicationStatus

    found = serve.status().applications
    return all(name in found and found[name].status == ApplicationStatus.DEPLOY_FAILED for name in names)


def _why_not(names: Sequence[str]) -> str:
    """What Serve says of applications that do not run."""
    from ray import serve

    applications = serve.status().applications
    said = [
        deployment.message
        for name in names
        if name in applications
        for deployment in applications[name].deployments.values()
        if deployment.message
    ]
    if not said:
        return "Serve gives no reason."
    last = said[0].strip().splitlines()[-1]  # of a traceback: what was raised
    kind, _, sentence = last.partition(": ")
    return sentence if sentence and " " not in kind else last


def _own_folder() -> Path:
    """A new directory for Ray, named by our process; those of processes that are gone are removed."""
    temporary = Path(tempfile.gettempdir())
    for old in temporary.glob(f"{PREFIX}*"):
        pid = old.name.removeprefix(PREFIX).partition("-")[0]
        if not Path("/proc", pid).exists():
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))


def line_of(error: BaseException) -> str:
    """The first line of what an error says, or its name."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
