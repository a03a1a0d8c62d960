"""`python -m bench.ack`: how soon a member hears from the bot while the engine is saturated.

200 interactions come through the sandbox's sockets within two seconds, from forty members, behind long stories
that keep the engine busy. First response is counted from the gateway frame's sending to the callback's arrival,
both as the sandbox saw them. The event loop's stalls are the bot's own pulse; an idle control process beats the
same way in the same run, so that the machine's own stalls can be told apart.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from bench.report import Target, asked, quantile, report
from bench.rig import CLEAN, ROOT, Rig, free_port

PARTS = ("cold", "text", "burst", "nothing")
MEMBERS = 40
BURST = 200
BURST_S = 2.0
THEMES = (
    "autumn dusk",
    "a lighthouse in fog",
    "the last train",
    "rain on tin",
    "an empty swing",
    "first snow",
)

CONTROL = """
import asyncio, json, sys
from bot.pulse import Pulse
async def main():
    pulse = Pulse()
    beat = asyncio.create_task(pulse.run())
    print("beating", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps(pulse.since(0.0)), flush=True)
asyncio.run(main())
"""


async def cold(folder: Path) -> dict[str, Any]:
    """Process start to ready: the first time ever (weights are dequantised), and again with the cache."""
    found: dict[str, Any] = {}
    for name in ("cold_start_first_s", "cold_start_s"):
        began = time.monotonic()
        async with Rig(folder) as rig:  # the second start finds the first one's cache
            found[name] = round(time.monotonic() - began, 3)
            found["memory_idle_mib"] = memory(rig)
    return found


async def first_text(rig: Rig, rounds: int) -> list[float]:
    """Command to first visible text on an idle host, in seconds, each round a poem in free verse."""
    times = []
    for number in range(rounds):
        async with rig.session.ws_connect(f"{rig.url}/sandbox/v1/events?as=ada") as events:
            began = time.monotonic()
            await rig.command(
                "ada", "poem", theme=THEMES[number % len(THEMES)], form="free verse", seed=number
            )
            async for event in events:
                told = json.loads(event.data)
                content = told["data"].get("content", "") if told["type"] == "message_update" else ""
                if content and "⏳" not in content and not content.endswith("Writing…"):
                    times.append(round(time.monotonic() - began, 3))
                    break
        await rig.quiet(count=number + 1)
    return times


async def burst(rig: Rig, count: int) -> dict[str, Any]:
    """The burst itself: what each of its interactions waited for, and the loop's lateness meanwhile."""
    names = [f"member{number:02d}" for number in range(MEMBERS)]
    for name in names:
        await rig.call("POST", "/members", {"name": name})
    for number in range(8):
        await rig.command("mo", "story", channel="stories", theme=THEMES[number % len(THEMES)], length="long")
    await asyncio.sleep(2.0)
    control = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CONTROL, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert control.stdout is not None
    await control.stdout.readline()
    before = (await _log(rig, 0))["last"]
    began = time.monotonic()
    sent = []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number * BURST_S / BURST - time.monotonic()))
        sent.append(
            asyncio.create_task(
                rig.command(
                    names[number % MEMBERS], "poem", theme=f"{THEMES[number % len(THEMES)]}, again {number}"
                )
            )
        )
    ids = set(await asyncio.gather(*sent))
    sending_took = time.monotonic() - began
    await asyncio.sleep(5.0)
    async with rig.session.get(f"{rig.web}/pulse?since={began}") as answer:
        late = (await answer.json())["late_ms"]
    out, _ = await control.communicate(b"")
    rows = stored(rig.folder / "data" / "renga.sqlite", ids)
    waits, refused = first_responses((await _log(rig, before))["entries"], ids)
    return {
        "waits_ms": waits,
        "refused": refused,
        "unanswered": len(ids) - len(waits),
        "rows_committed": rows,
        "sending_took_s": round(sending_took, 3),
        "loop_late_ms": late,
        "control_late_ms": json.loads(out),
        "memory_burst_mib": memory(rig),
    }


def _unpacked(folder: Path) -> None:
    """Give the rig of `folder` the weights that this checkout has unpacked, or will have."""
    models, data = ROOT / ".renga" / "models", folder / "data"
    models.mkdir(parents=True, exist_ok=True)
    data.mkdir(exist_ok=True)
    if not (data / "models").exists():
        (data / "models").symlink_to(models)


async def _log(rig: Rig, after: int) -> dict[str, Any]:
    entries = (await rig.call("GET", f"/log?after={after}"))["entries"]
    return {"entries": entries, "last": entries[-1]["n"] if entries else after}


def first_responses(entries: list[dict[str, Any]], ids: set[str]) -> tuple[list[float], int]:
    """Milliseconds from each interaction's frame to its callback, and how many callbacks were refusals."""
    sent: dict[str, float] = {}
    waits: list[float] = []
    refused = 0
    for entry in entries:
        if entry["kind"] == "gateway" and entry.get("t") == "INTERACTION_CREATE":
            sent[str(entry["data"]["id"])] = entry["at"]
        elif entry["kind"] == "rest" and entry["path"].endswith("/callback"):
            interaction = entry["path"].split("/")[2]
            if interaction in ids and interaction in sent:
                waits.append(round((entry["at"] - sent[interaction]) * 1000, 2))
                refused += bool((entry["request"] or {}).get("data", {}).get("flags", 0) & 64)
    return waits, refused


def stored(path: Path, ids: set[str]) -> int:
    """How many of the interactions have a job's row in the database file."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        return len(ids & {str(row[0]) for row in base.execute("select id from jobs")})


def memory(rig: Rig) -> dict[str, float]:
    """Resident MiB of each process."""
    found = {"bot": rig.bot.pid, "sandbox": rig.sandbox.pid}
    if host := rig.host():
        found["host"] = host.pid
    return {name: round(psutil.Process(pid).memory_info().rss / 2**20, 1) for name, pid in found.items()}


async def from_nothing() -> dict[str, float]:
    """`make run` in a fresh clone, from nothing installed to the address printed, in seconds."""
    with tempfile.TemporaryDirectory(prefix="renga-clone-") as folder:
        clone = Path(folder) / "renga"
        await asyncio.to_thread(subprocess.run, ["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        began = time.monotonic()
        run = await asyncio.create_subprocess_exec(
            "make", "run", cwd=clone, env={**CLEAN, "WEB_PORT": str(free_port()), "SANDBOX_PORT": "0"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        assert run.stdout is not None
        async for line in run.stdout:
            if line.startswith(b"Open http"):
                break
        took = time.monotonic() - began
        for child in psutil.Process(run.pid).children(recursive=True):
            child.terminate()
        await run.wait()
    return {"make_run_from_nothing_s": round(took, 1)}


async def run(parts: list[str], *, quick: bool) -> tuple[list[Target], dict[str, Any]]:
    """Every part that was asked for, and the targets that they settle."""
    details: dict[str, Any] = {}
    targets: list[Target] = []
    folder = Path(tempfile.mkdtemp(prefix="renga-ack-"))
    try:
        if "cold" in parts:
            details |= await cold(folder)
        if "text" in parts:
            async with Rig(folder) as rig:
                await first_text(rig, 1)
                times = details["first_text_s"] = await first_text(rig, 2 if quick else 7)
            targets.append(Target("first_text_warm_s", statistics.median(times), "<=", 1.0))
        if "burst" in parts:
            if quick:  # how long a first start takes is another part's question
                _unpacked(folder)
            async with Rig(folder) as rig:
                found = await burst(rig, 40 if quick else BURST)
            details |= found
            late, control = found["loop_late_ms"], found["control_late_ms"]
            details["control_stall_p999_ms"] = quantile(control, 0.999)
            details["first_response_median_ms"] = statistics.median(found["waits_ms"])
            targets += [
                Target("first_response_p99_ms", quantile(found["waits_ms"], 0.99), "<=", 250),
                Target("loop_stall_p999_ms", quantile(late, 0.999), "<=", 50),
            ]
        if "nothing" in parts and not quick:
            details |= await from_nothing()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return targets, details


def main() -> None:
    told = asked(__doc__, PARTS)
    targets, details = asyncio.run(run(told.parts, quick=told.quick))
    report("ack", targets, details, as_json=told.json, full=told.full)


if __name__ == "__main__":
    main()
