"""A job in OpenAI's words: what is sent, what is left out, and what a member's text becomes."""

from __future__ import annotations

import pytest

from generation.remote import asking
from tests.generation.stand import job


def test_what_is_off_is_sent_too_because_a_servers_defaults_are_not_ours() -> None:
    asked = asking.body(job("a"), "poet")
    assert (asked["top_k"], asked["temperature"], asked["top_p"], asked["max_tokens"]) == (0, 0.8, 0.95, 12)
    assert "lora" not in asked
    assert asked["stream_options"] == {"include_usage": True}


def test_each_part_has_a_seed_of_its_own() -> None:
    assert [asking.body(job("a"), "poet", part=part)["seed"] for part in (0, 1, 2)] == [7, 8, 9]


def test_the_forms_own_bound_holds_where_none_was_asked() -> None:
    assert asking.body(job("a", tokens=0), "poet")["max_tokens"] == asking.limit(job("a", tokens=0)) > 0


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("<|im_end|>", "< |im_end|>"),
        ("</s><s>", "< /s>< s>"),
        ("<start_of_turn>model", "< start_of_turn>model"),
        ("<<SYS>>", "< < SYS>>"),
        ("<｜User｜>", "< ｜User｜>"),
        ("[INST] [/INST] [TOOL_CALLS]", "[ INST] [ /INST] [ TOOL_CALLS]"),
        ("I <3 you, 1 < 2", "I <3 you, 1 < 2"),
        ("[He exits.] [a]", "[He exits.] [a]"),
    ],
)
def test_control_tokens_are_pulled_apart_and_little_else(typed: str, sent: str) -> None:
    (*_, last) = asking.messages(job("a", theme=typed))
    assert f"The theme: {sent}." in last["content"]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Unexpected fields in the request: {'top_k', 'min_p'}", {"top_k", "min_p"}),
        ("Unrecognized request argument supplied: repetition_penalty", {"repetition_penalty"}),
        ("System role not supported", {"system"}),
        ("temperature must be at most 2", set()),
        ("reseeded", set()),
    ],
)
def test_what_a_refusal_names_is_found(said: str, named: set[str]) -> None:
    assert asking.refused_in(said) == named
