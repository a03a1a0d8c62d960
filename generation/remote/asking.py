"""A job in OpenAI's words: the body of `POST /v1/chat/completions`. Pure.

Every field of our sampling is always sent, those that are off too, because a server's own defaults are not ours. Two
dialects name the repetition penalty differently; each ignores the other's name. What a strict server does not know
(`OPTIONAL`) it names when it refuses, and is asked again without.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from generation.forms import form_named
from generation.forms.prompts import turns

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from generation.wire.jobs import Job

TURN_TOKENS = 5  # about what a template puts around a turn
OPTIONAL = ("top_p", "top_k", "min_p", "repetition_penalty", "repeat_penalty", "seed", "stream_options")
SYSTEM = (
    "system"  # left out where a model's template knows no system turn: it is said before the first wish then
)
_NO_SYSTEM = re.compile(r"\bsystem\b.*\brole\b|\brole\b.*\bsystem\b", re.IGNORECASE | re.DOTALL)

# What opens a control token in some model's vocabulary: <|im_end|>, </s>, <start_of_turn>, <<SYS>>, [INST], [/INST].
# Servers look for them in what a member typed too, so they are pulled apart; "<3" and "[He exits.]" stay.
_CONTROL = re.compile(r"<(?=[^\s\d])|\[(?=/?[A-Za-z]*[A-Z_]{2,})")


def limit(job: Job) -> int:
    """How many tokens the piece may have."""
    return job.sampling.max_tokens or form_named(job.form).tokens[job.text_brief.length]


def messages(job: Job, without: Collection[str] = ()) -> list[dict[str, str]]:
    """The turns for the job's brief, in which nothing is a control token."""
    said = [
        {"role": turn.role, "content": _CONTROL.sub(r"\g<0> ", turn.text.strip())}
        for turn in turns(job.text_brief)
    ]
    if SYSTEM in without:
        system, first, *rest = said
        said = [{"role": first["role"], "content": f"{system['content']}\n\n{first['content']}"}, *rest]
    return said


def body(
    job: Job,
    model: str,
    *,
    part: int = 0,
    without: Collection[str] = (),
    lora: Sequence[dict[str, float]] = (),
) -> dict[str, Any]:
    """The request for one part of `job`, to `model` as the server calls it, without what the server has refused.

    Stop texts are not in it: the row is cut off here, where it is known why. Each part is a request, as a server that
    has read a prompt once knows it.
    `lora` is llama.cpp's: `{"id", "scale"}` of every adapter that was loaded at its start.
    """
    sampling = job.sampling
    asked: dict[str, Any] = {
        "model": model,
        "messages": messages(job, without),
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": limit(job),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,  # vLLM's name
        "repeat_penalty": sampling.repetition_penalty,  # llama.cpp's
        "seed": job.seed + part,
    }
    if lora:
        asked["lora"] = list(lora)
    return {name: value for name, value in asked.items() if name not in without}


def refused_in(said: str) -> frozenset[str]:
    """Which parts of a request an error message of the server's names, of those that may be left out."""
    named = {name for name in OPTIONAL if re.search(rf"\b{name}\b", said)}
    if _NO_SYSTEM.search(said):
        named.add(SYSTEM)
    return frozenset(named)
