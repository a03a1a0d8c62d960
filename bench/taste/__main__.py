"""`python -m bench.taste`: does a server's taste move what it gets, and can six accounts move it for everybody else?

A community of 25 (15 % contrarians, 10 % who press anything, late joiners) reacts to 300 texts that the real model wrote; what
is learnt of its reactions is tried on 30 themes that it never asked for, six answers each. Tastes are hidden: `--taste NAME` for
one of those built in, `--taste FILE.py` for one of your own (a function `taste(text) -> probability of being liked`).

Parts:

- `rerank`: the best of four drafts by the head, against the first;
- `train`: adapters by `finetune.train`, as an operator would: `ours`, `sft` and `kto` (`--arm` for one), by their first drafts;
  and `served`, ours with the head beside it that picks of four. Hours, kept as it goes;
- `brigade`: ten brigades of six, each in a server of its own, and how much more of what the head picks is as they want it;
  and three honest friends in each of 240 servers, and how many of these take any honest members for one;
- `through`: one such brigade through a whole training;
- `chat`: one server whose members ask, say that their votes count and react through the sandbox and the real bot, which has the
  adapter learnt that its moderator asks for.

What the model wrote is kept under .renga/bench/taste and made once.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import structlog
import torch

from bench.forms.kept import version
from bench.report import RESULTS, Target, report, tell
from bench.rig import RigError
from bench.taste import brigades, numbers, plot
from bench.taste.arms import base, drafts, picked
from bench.taste.chat import lived
from bench.taste.community import Community
from bench.taste.learning import SEED, Server
from bench.taste.likes import gain, rate
from bench.taste.samples import DATA, EACH, KEPT, OF, SampleError, engine, made, wanted
from bench.taste.tastes import TASTES, TasteFileError, taste_named
from bench.taste.trained import LEARNT_BY, OBJECTIVES, ROOT, UntrainedError, trained
from finetune.head import HeadError
from generation.lm.load import load_model
from generation.lm.weights import find
from generation.taste.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.taste.arms import Drafts
    from generation.lm.load import LoadedModel

PARTS = ("rerank", "train", "brigade", "through", "chat")
LONG = ("train", "through", "chat")  # hours
VOTES, BRIGADES = 900, 10
QUICK_PAST, QUICK_COMING = 8, 2  # themes
FRIENDS_SEEDS = 8  # servers with friends, for each taste and habit
RERANK_POINTS, SHIFT_POINTS, COLLAPSE_SHARE = 12.0, 3.0, 0.05
TASTE_POINTS, TRAIN_MINUTES = 20.0, 15.0
LIVED_BY = (*LEARNT_BY, "bot", "studio")


def main() -> None:
    asked = _asked()
    try:
        tastes = {name: taste_named(name) for name in asked.tastes}
        targets, details = run(asked, tastes)
    except (TasteFileError, SampleError) as error:
        sys.exit(str(error))
    report("taste", targets, details, as_json=asked.json, full=asked.full)
    drawn = asked.plot or (RESULTS / "taste" / "rates.png" if asked.full else None)
    if drawn is not None:
        plot.save(details, drawn)


def run(
    asked: argparse.Namespace, tastes: dict[str, Callable[[str], float]]
) -> tuple[list[Target], dict[str, Any]]:
    """The parts asked for."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is the result's
    model = load_model(find("smollm2"), DATA, threads=torch.get_num_threads())
    load = functools.cache(lambda: engine(model))
    past, later = (QUICK_PAST, QUICK_COMING) if asked.quick else (None, None)
    history, coming = made(KEPT, "history", load, first=past), made(KEPT, "coming", load, first=later)
    reader = Reader(model)
    texts = [one.text for one in (*history, *coming)]
    features = numbers.features(KEPT / "quick" if asked.quick else KEPT, reader, list(dict.fromkeys(texts)))
    details: dict[str, Any] = {"votes": asked.votes}
    server = Server(history, reader, features, KEPT, Community())
    of = drafts(coming)
    targets: list[Target] = []
    if "rerank" in asked.parts:
        found = {name: reranked(server, of, taste, asked.votes) for name, taste in tastes.items()}
        details["tastes"] = found
        targets += settled("rerank", found, RERANK_POINTS, asked.votes)
    if "train" in asked.parts:
        runs = {name: adapted(server, of, taste, asked, model) for name, taste in tastes.items()}
        details["trained"] = runs
        if "ours" in asked.arms:
            ours = {name: one["ours"] for name, one in runs.items()}
            targets += settled("tastes", ours, TASTE_POINTS, asked.votes)
            with_head = {name: one["served"] for name, one in ours.items() if "served" in one}
            if with_head and len(with_head) == len(ours):
                targets += settled("served", with_head, TASTE_POINTS, asked.votes)
            targets.append(Target("gates_broken", sum(len(one["broken"]) for one in ours.values()), "<=", 0))
            minutes = max(one["minutes"] for one in ours.values())
            targets.append(Target("train_minutes_max", minutes, "<=", TRAIN_MINUTES))
    if "brigade" in asked.parts:
        shifts = brigades.cases(server, of, asked.votes, 2 if asked.quick else BRIGADES)
        details["brigades"] = [case.to_json() for case in shifts]
        shift = fmean(case.shift_points for case in shifts)
        targets.append(Target("brigade_shift_points", round(shift, 2), "<=", SHIFT_POINTS))
        alike = brigades.collapsed(server, asked.votes, 1 if asked.quick else FRIENDS_SEEDS)
        details["friends"] = alike
        hardest = [
            one for one in alike if not one["else_apart"]
        ]  # who always come within the hour of one another
        share = sum(one["named"] for one in hardest) / sum(one["servers"] for one in hardest)
        targets.append(Target("false_collapse_share", round(share, 4), "<=", COLLAPSE_SHARE))
    if "through" in asked.parts:
        try:
            details["through"] = brigades.through(
                server,
                of,
                asked.votes,
                lambda learnt: trained(KEPT, learnt, "ours", model, DATA, SEED, firsts=False).drafts,
            )
        except (HeadError, UntrainedError) as error:
            details["through"] = {"refused": str(error)}
        else:
            shift = details["through"]["shift_points"]
            targets.append(Target("brigade_trained_shift_points", shift, "<=", SHIFT_POINTS))
    if "chat" in asked.parts:
        name = next(iter(tastes))
        lives = {name: chatted(of, tastes[name], asked.votes, model, server.community)}
        details["chat"] = lives
        targets += settled("chat", lives, TASTE_POINTS, asked.votes)
    return targets, details


def settled(name: str, found: dict[str, dict[str, Any]], points: float, votes: int) -> list[Target]:
    """How many of the built-in tastes an arm passed, 3 of 5 being asked for (of 3,000 votes: 4); of others, their gains."""
    more = "" if votes == VOTES else f"_{votes}"
    if list(found) == list(TASTES):
        passed = sum(one["passed"] for one in found.values())
        return [Target(f"{name}_passed{more}", passed, ">=", 4 if votes > VOTES and name == "tastes" else 3)]
    return [
        Target(
            f"{name}_points_{Path(taste).stem.replace(' ', '_')}{more}",
            one["gain"]["mean"] * 100,
            ">=",
            points,
        )
        for taste, one in found.items()
    ]


def adapted(
    server: Server, of: Drafts, taste: Callable[[str], float], asked: argparse.Namespace, model: LoadedModel
) -> dict[str, Any]:
    """One taste, an adapter for each arm: how much more its texts are liked than the base's, and what its gates said."""
    before = [[taste(text) for text in some] for some in base(of)]
    nothing = {"gain": rate([[0.0] for _ in of]).to_json(), "passed": False, "broken": [], "minutes": 0.0}
    try:
        learnt = server.learn(server.reactions(taste, asked.votes, seed=asked.votes))
    except HeadError as error:
        return {arm: {**nothing, "refused": str(error)} for arm in asked.arms}
    found: dict[str, Any] = {}
    for arm in asked.arms:
        firsts = arm != "ours"
        try:
            run = trained(KEPT, learnt, arm, model, DATA, SEED, firsts=firsts)
        except UntrainedError as error:
            found[arm] = {**nothing, "refused": str(error)}
            continue
        told = {
            "broken": run.broken, "minutes": round(run.minutes, 2), "said": run.report.sentence, "adapter": run.report.adapter,
            "gates": {gate.name: [gate.value, gate.incumbent, gate.bound, gate.passed] for gate in run.report.gates},
        }  # fmt: skip
        if run.drafts is None:
            found[arm] = {**nothing, **told}
            continue
        found[arm] = {**told, **_liked(base(run.drafts), before, taste)}
        if not firsts:  # with the head beside it, as a host serves that has room
            found[arm]["served"] = _liked(picked(run.drafts, learnt.score), before, taste)
    return found


def chatted(
    of: Drafts, taste: Callable[[str], float], votes: int, model: LoadedModel, community: Community
) -> dict[str, Any]:
    """One taste whose server lives in the sandbox's chat: how much more what its bot learnt is liked than the base's texts."""
    about = hashlib.sha256(
        json.dumps([[taste(text) for theme in base(of) for text in theme], votes]).encode()
    )
    folder = KEPT / "chat" / f"{about.hexdigest()[:16]}-{version(ROOT, LIVED_BY)}"
    try:
        found = lived(folder, DATA / "models", taste, wanted("history"), votes, community)
    except RigError as error:
        return {"refused": str(error), "gain": rate([[0.0] for _ in of]).to_json(), "passed": False}
    if found.adapter is None:
        return {**asdict(found), "gain": rate([[0.0] for _ in of]).to_json(), "passed": False}
    load = functools.cache(lambda: engine(model, folder / "data" / "adapters"))
    after = drafts(made(folder, "coming", load, found.adapter))
    before = [[taste(text) for text in some] for some in base(of)]
    return {**asdict(found), **_liked(base(after), before, taste)}


def _liked(
    texts: list[list[str]], before: list[list[float]], taste: Callable[[str], float]
) -> dict[str, Any]:
    after = [[taste(text) for text in some] for some in texts]
    won = gain(after, before)
    passed = won.mean * 100 >= TASTE_POINTS and won.low > 0
    return {"rate": rate(after).to_json(), "gain": won.to_json(), "passed": passed}


def reranked(server: Server, of: Drafts, taste: Callable[[str], float], votes: int) -> dict[str, Any]:
    """One taste: how often the first draft is liked, and how often the head's of four; where there is no head, why not."""
    tell("a server reacts, and a head is learnt")

    def liked(texts: Sequence[Sequence[str]]) -> list[list[float]]:
        return [[taste(text) for text in some] for some in texts]

    before = liked(base(of))
    best = [[max(taste(one.text) for one in answer) for answer in theme] for theme in of]
    told: dict[str, Any] = {
        "base": rate(before).to_json(),
        "oracle": rate(best).to_json(),
        "answers": len(of) * EACH,
        "of": OF,
    }
    began = time.monotonic()
    try:
        learnt = server.learn(server.reactions(taste, votes, seed=votes))
    except HeadError as error:
        return {**told, "refused": str(error), "gain": rate([[0.0] for _ in of]).to_json(), "passed": False}
    after = liked(picked(of, learnt.score))
    won = gain(after, before)
    evidence = learnt.snapshot.evidence
    return {
        **told, "best_of_4": rate(after).to_json(), "gain": won.to_json(),
        "passed": won.mean * 100 >= RERANK_POINTS and won.low > 0, "learn_s": round(time.monotonic() - began, 1),
        "cv_auc": round(learnt.fitted.auc, 3), "blocks": list(learnt.fitted.head.blocks), "ridge": learnt.fitted.ridge,
        "liked": evidence.liked, "disliked": evidence.disliked, "weight": round(evidence.weight, 1),
        "snapshot": learnt.snapshot.digest, "head": learnt.directory.name,
    }  # fmt: skip


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.taste",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a few themes; its figures are never quoted")
    parser.add_argument("--part", choices=PARTS, help="run one part alone")
    parser.add_argument(
        "--taste", action="append", help="a built-in taste, or a Python file; more than once for several"
    )
    parser.add_argument(
        "--arm", choices=OBJECTIVES, action="append", help="of those that train (default: all)"
    )
    parser.add_argument("--votes", type=int, default=VOTES, help=f"in all (default: {VOTES})")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="the like-rates as a picture, too")
    found = parser.parse_args()
    if found.votes < 1:
        parser.error("There is at least one vote.")
    found.parts = [found.part] if found.part else list(PARTS)
    if found.part is None and found.taste:
        found.parts = [part for part in found.parts if part not in ("brigade", "through")]
    if found.part is None and found.quick:
        found.parts = [part for part in found.parts if part not in LONG]
    found.full = not (found.quick or found.part or found.taste or found.arm or found.votes != VOTES)
    found.arms = found.arm or list(OBJECTIVES)
    found.tastes = found.taste or list(TASTES)
    return found


if __name__ == "__main__":
    main()
