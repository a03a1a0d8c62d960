"""`python -m bench.text`: our text engine against others, on the same model, adapters, prompts and lengths.

Each engine is a process of its own (`bench.peers`), loaded once and idle between its turns. A round gives every engine
its turn at a load before the next load comes, so that whatever else the machine does meets all of them; a ratio is the
median over the rounds of the ratio within one round. A load is some requests that come at once: rows x distinct
adapters, 0 for the base alone. Prompts and outputs are ragged, of lengths drawn once; the prompts' words change with the
round. Every request gets exactly its tokens. Tokens/s are new tokens over wall seconds, prefill and sampling included.

The first full run installs llama.cpp and vLLM into environments of their own, which takes minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import structlog
import torch
from tokenizers import Tokenizer

from bench.peers import adapters as fixtures
from bench.peers.bandwidth import Memory
from bench.peers.environments import ENVIRONMENTS, FOLDER, python
from bench.peers.process import ROOT, PeerProcess
from bench.peers.protocol import Load, Ran, Request, Sampling
from bench.report import Target, quantile, report, tell
from generation.lm import weights
from generation.lm.load import load_model
from generation.lm.precision import halves, multiplies_float16
from generation.wire import jobs

OURS = "renga"
MODEL = "smollm2"
ROUNDS = 5
CONTEXT = 256
PROMPT = (20, 80)  # tokens, drawn between
OUTPUT = (32, 96)
QUICK_OUTPUT = (4, 8)
BATCHED = (OURS, "llamacpp", "vllm")
WORDS = [
    "the",
    "a",
    "of",
    "and",
    "in",
    "under",
    "over",
    "behind",
    "between",
    "without",
    "river",
    "stone",
    "lantern",
    "winter",
    "harbour",
    "orchard",
    "letter",
    "mother",
    "brother",
    "silence",
    "engine",
    "copper",
    "feather",
    "morning",
    "kitchen",
    "railway",
    "mountain",
    "garden",
    "window",
    "shadow",
    "promise",
    "salt",
    "thunder",
    "wool",
    "walks",
    "sings",
    "burns",
    "remembers",
    "opens",
    "carries",
    "forgets",
    "breaks",
    "waits",
    "gathers",
    "slowly",
    "twice",
    "again",
    "never",
    "tonight",
    "pale",
    "blue",
    "heavy",
    "small",
    "broken",
    "distant",
    "poem",
    "story",
    "scene",
    "about",
    "write",
    "me",
    "please",
    "with",
    "a",
    "title",
    "and",
    "four",
    "lines",
    "where",
    "nobody",
    "speaks",
]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`rows` requests at once over `adapters` distinct adapters, and who takes part."""

    rows: int
    adapters: int
    peers: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.rows}x{self.adapters}"


SCENARIOS = (
    Scenario(1, 0, (OURS, "peft_sequential", "llamacpp", "vllm")),
    Scenario(1, 1, (OURS, "peft_sequential", "llamacpp", "vllm")),
    Scenario(16, 0, (OURS, "peft_mixed", "llamacpp", "vllm")),
    Scenario(16, 1, BATCHED),
    Scenario(16, 4, BATCHED),
    Scenario(16, 16, (OURS, "peft_sequential", "peft_mixed", "llamacpp", "vllm")),
    Scenario(32, 0, (OURS, "vllm")),
    Scenario(32, 16, (OURS, "llamacpp")),
)
QUICK = (Scenario(1, 0, (OURS, "peft_sequential")), Scenario(4, 4, (OURS, "peft_sequential")))
MIXED = "mixed"  # not a load but a part: short poems behind long stories, through our own queue


@dataclass(slots=True)
class Measured:
    """Tokens/s of each round by scenario and peer, with what is kept to judge them by."""

    speeds: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    seconds: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    cpu_s: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    texts: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    token_ms: list[float] = field(default_factory=list)  # ours, one text alone, decoding only

    def add(self, scenario: Scenario, peer: str, ran: Ran) -> None:
        tokens = sum(len(ids) for ids in ran.ids)
        for kept, value in (
            (self.speeds, tokens / ran.seconds),
            (self.seconds, ran.seconds),
            (self.cpu_s, ran.cpu_s),
        ):
            kept.setdefault(scenario.name, {}).setdefault(peer, []).append(round(value, 4))
        if peer == OURS and scenario.name == "1x0":
            assert ran.prefill_s is not None
            self.token_ms.append((ran.seconds - ran.prefill_s) / (tokens - 1) * 1000)

    def ratio(self, ours: tuple[str, str], other: tuple[str, str]) -> float | None:
        """The median over the rounds of one (scenario, peer) over another, None where one was not run."""
        mine, theirs = (self.speeds.get(scenario, {}).get(peer) for scenario, peer in (ours, other))
        if not mine or not theirs:
            return None
        return statistics.median(a / b for a, b in zip(mine, theirs, strict=True))


def requests(scenario: Scenario, number: int, tokenizer: Tokenizer, output: tuple[int, int]) -> list[Request]:
    """The requests of a scenario in round `number`: lengths always the same, words of that round."""
    lengths, words = random.Random(6), random.Random(f"{scenario.name} {number}")
    found = []
    for row in range(scenario.rows):
        length, tokens = lengths.randint(*PROMPT), lengths.randint(*output)
        prompt: list[int] = tokenizer.encode(" ".join(words.choices(WORDS, k=length))).ids
        adapter = row % scenario.adapters if scenario.adapters else None
        found.append(Request(prompt[:length], adapter, tokens, seed=number * 1000 + row))
    return found


def loaded(scenarios: tuple[Scenario, ...], threads: int, *, with_gguf: bool) -> Load:
    """What every peer loads, made where it is not there yet."""
    data = ROOT / ".renga"
    source = weights.find(MODEL)
    model = load_model(source, data, threads=threads)
    count = max((scenario.adapters for scenario in scenarios), default=0)
    root = FOLDER / "adapters"
    made = fixtures.make(root, count, model.base)
    config = model.network.config
    converted = [
        fixtures.as_gguf(path, root, heads=config.num_attention_heads, kv_heads=config.num_key_value_heads)
        for path in (made if with_gguf else ())
    ]
    return Load(
        directory=str(weights.directory(source, data, model.dtype)), gguf=str(source.path),
        dtype=str(model.dtype).removeprefix("torch."), adapters=[str(path) for path in made],
        gguf_adapters=[str(path) for path in converted], threads=threads,
        rows=max((scenario.rows for scenario in scenarios), default=32), context=CONTEXT,
    )  # fmt: skip


def weight_bytes(load: Load) -> int:
    """What one token has to read: every weight once, in the numbers that ours are kept in; tied ones are one."""
    size = (Path(load.directory) / "model.safetensors").stat().st_size
    numbers = getattr(torch, load.dtype)
    return size // 2 if halves(torch.device("cpu"), numbers, multiplies=multiplies_float16()) else size


def targets(measured: Measured, bandwidth: float, weights_size: int) -> list[Target]:
    """The targets that the scenarios which were run settle."""

    def versus(name: str, scenario: str, peer: str, goal: float) -> Target | None:
        ratio = measured.ratio((scenario, OURS), (scenario, peer))
        return None if ratio is None else Target(name, ratio, ">=", goal)

    def cost(name: str, scenario: str, goal: float) -> Target | None:
        ratio = measured.ratio((scenario, OURS), ("16x0", OURS))
        return None if ratio is None else Target(name, 1 - ratio, "<=", goal)

    found = [
        versus("vs_peft_sequential_16x16", "16x16", "peft_sequential", 8),
        versus("vs_peft_mixed_16x16", "16x16", "peft_mixed", 3),
        versus("vs_llamacpp_lora_16x16", "16x16", "llamacpp", 2),
        versus("vs_vllm_lora_16x16", "16x16", "vllm", 1.5),
        versus("vs_llamacpp_base_16", "16x0", "llamacpp", 1.5),
        cost("lora_cost_16", "16x16", 0.40),
        cost("lora_cost_1", "16x1", 0.15),
    ]
    if measured.token_ms:
        floor_ms = weights_size / bandwidth * 1000
        found.append(Target("roofline_single", floor_ms / statistics.median(measured.token_ms), ">=", 0.60))
    return [target for target in found if target is not None]


def run(
    scenarios: tuple[Scenario, ...], peers: list[str], *, quick: bool, mixed: bool
) -> tuple[list[Target], dict[str, Any]]:
    """Every round of `scenarios` with those of `peers` that take part, and then the mixed load."""
    threads = max(1, len(os.sched_getaffinity(0)) - 1)
    wanted = [peer for peer in peers if (mixed and peer == OURS) or any(peer in s.peers for s in scenarios)]
    pythons = {peer: python(peer) for peer in wanted}
    load = loaded(scenarios, threads, with_gguf="llamacpp" in wanted)
    tokenizer = Tokenizer.from_file(str(Path(load.directory) / "tokenizer.json"))
    defaults = jobs.Sampling()
    sampling = Sampling(defaults.temperature, defaults.top_p, defaults.min_p, defaults.repetition_penalty)
    output, rounds = (QUICK_OUTPUT, 1) if quick else (OUTPUT, ROUNDS)
    memory = Memory(threads)
    measured = Measured()
    ready: dict[str, Any] = {}
    found: list[Target] = []
    with ExitStack() as stack:
        processes: dict[str, PeerProcess] = {}
        for peer in wanted:
            tell(f"loading {peer}")
            process = PeerProcess(
                peer, pythons[peer], threads, ENVIRONMENTS[peer].variables, FOLDER / "logs" / f"{peer}.log"
            )
            processes[peer] = stack.enter_context(process)
            ready[peer] = process.load(load)
        # what is compiled, packed or allocated at first is so before the first round
        for scenario in () if quick else scenarios:
            for peer in order(scenario, processes, 0):
                processes[peer].run(requests(scenario, -1, tokenizer, QUICK_OUTPUT), sampling)
        for number in range(rounds):
            memory.read(1 if quick else 10 // rounds)
            for scenario in scenarios:
                asked = requests(scenario, number, tokenizer, output)
                for peer in order(scenario, processes, number):
                    ran = processes[peer].run(asked, sampling)
                    measured.add(scenario, peer, ran)
                    tell(
                        f"round {number + 1}, {scenario.name}, {peer}: {measured.speeds[scenario.name][peer][-1]:.1f} tokens/s"
                    )
                    if number == 0:
                        texts = [tokenizer.decode(ids) for ids in ran.ids[:2]]
                        measured.texts.setdefault(scenario.name, {})[peer] = texts
        found += targets(measured, memory.best, weight_bytes(load)) if memory.reads else []
        details: dict[str, Any] = {
            "threads": threads,
            "dtype": load.dtype,
            "rounds": rounds,
            "sampling": asdict(sampling),
            "tokens": {s.name: sum(r.tokens for r in requests(s, 0, tokenizer, output)) for s in scenarios},
            "bandwidth_gb_s": round(memory.best / 1e9, 2) if memory.reads else None,
            "token_ms_single": [round(ms, 2) for ms in measured.token_ms],
            "tokens_per_s": {
                name: {peer: round(statistics.median(values), 1) for peer, values in by_peer.items()}
                for name, by_peer in measured.speeds.items()
            },
        }
        if OURS in processes:
            if mixed:
                answer = processes[OURS].mixed()
                found.append(ttft(answer))
                details |= {"ttft_" + name: values for name, values in answer.items()}
            if len(load.adapters) == 16:
                found.append(Target("peak_rss_mib", processes[OURS].peak_rss_mib(), "<=", 1536))
        details |= {
            "peak_rss_mib": {peer: process.peak_rss_mib() for peer, process in processes.items()},
            "peers": ready,
            "seconds": measured.seconds,
            "cpu_s": measured.cpu_s,
            "texts": measured.texts,
        }
    return found, details


def order(scenario: Scenario, processes: dict[str, PeerProcess], number: int) -> list[str]:
    """Who runs after whom: another one first in each round."""
    names = [peer for peer in scenario.peers if peer in processes]
    turn = number % len(names) if names else 0
    return names[turn:] + names[:turn]


def ttft(answer: dict[str, list[float]]) -> Target:
    """p95 of a short poem's time to first token behind long stories, over the median of the idle engine's."""
    ratio = quantile(answer["busy_s"], 0.95) / statistics.median(answer["idle_s"])
    return Target("ttft_mixed_ratio", ratio, "<=", 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="under a minute, peft and ours alone; its figures are never quoted",
    )
    parser.add_argument("--part", choices=[*(s.name for s in SCENARIOS), MIXED], help="run one part alone")
    parser.add_argument("--peers", help=f"those of {','.join(ENVIRONMENTS)} to run, separated by commas")
    arguments = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is the result's
    peers = arguments.peers.split(",") if arguments.peers else list(ENVIRONMENTS)
    if unknown := set(peers) - set(ENVIRONMENTS):
        parser.error(f"There is no peer {min(unknown)}.")
    scenarios = QUICK if arguments.quick else SCENARIOS
    if arguments.part and arguments.part != MIXED:
        scenarios = tuple(s for s in SCENARIOS if s.name == arguments.part)
    mixed = not arguments.quick and arguments.part in {None, MIXED}
    found, details = run(
        () if arguments.part == MIXED else scenarios, peers, quick=arguments.quick, mixed=mixed
    )
    full = not (arguments.quick or arguments.part or arguments.peers)
    report("text", found, details, as_json=arguments.json, full=full)


if __name__ == "__main__":
    main()
