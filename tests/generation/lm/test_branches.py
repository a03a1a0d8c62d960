"""Rows that grow out of one prompt, held against the network that reads every text from its beginning."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.lm.branches import Branches, Growth
from tests.generation.lm.test_decoder import CLOSE, VOCABULARY, Reference, decoder, plain, selecting
from tests.generation.lm.tiny import NETWORKS, adapter, network

ROWS = 4
# peft asks transformers for a property by its old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("path", [decoder, plain], ids=["fast", "plain"])
@torch.inference_mode()
def test_branches_write_beside_others_and_all_get_their_own_logits(name: str, path: Any) -> None:
    net = network(name)
    made = path(net)
    adapters = [adapter("a", made.shapes, seed=1), adapter("b", made.shapes, rank=7, seed=2)]
    reference = Reference(net, adapters)
    select = selecting(made, adapters)
    torch.manual_seed(4)
    prompts = {seat: torch.randint(0, VOCABULARY, (n,)).tolist() for seat, n in [
        (made.cache.open("a"), 5), (made.cache.open(None), 17), (made.cache.open("b"), 9),
    ]}  # fmt: skip
    made.read(list(prompts.items()), select)
    (writes, ids), *rest = prompts.items()
    groups = [made.branch(seat, ROWS) for seat, _ in rest]
    texts = [[list(prompt) for _ in range(ROWS)] for _, prompt in rest]
    for seat, _ in rest:
        made.cache.close(seat)
    for step in range(10):
        growths = []
        expected: list[tuple[list[int], str | None]] = []
        for branches, group in zip(groups, texts, strict=True):
            rows = sorted(torch.randint(0, ROWS, (1 + step % ROWS,)).tolist())  # some take in several tokens
            tokens = torch.randint(0, VOCABULARY, (len(rows),)).tolist()
            for row, token in zip(rows, tokens, strict=True):
                group[row].append(token)
                expected.append((list(group[row]), branches.adapter))
            growths.append(Growth(branches, rows, tokens))
        ids.append(int(torch.randint(0, VOCABULARY, ())))
        found = made.write([writes], [ids[-1]], select, growths)
        torch.testing.assert_close(found[0], reference.logits(ids, "a"), **CLOSE)
        for row, (text, digest) in zip(found[1:], expected, strict=True):
            torch.testing.assert_close(row, reference.logits(text, digest), **CLOSE)


@settings(max_examples=12, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("path", [decoder, plain], ids=["fast", "plain"])
@torch.inference_mode()
def test_whatever_is_copied_and_taken_back_rows_go_on_from_what_they_hold(
    path: Any, data: st.DataObject
) -> None:
    net = network(data.draw(st.sampled_from(["llama", "gemma 3"])))
    made, reference = path(net), Reference(net, [])
    prompt = [3, 9, 27, 81, 50]
    seat = made.cache.open(None)
    made.read([(seat, prompt)], lambda _: None)
    branches = made.branch(seat, ROWS)
    texts = [list(prompt) for _ in range(ROWS)]
    for _ in range(data.draw(st.integers(2, 8))):
        match data.draw(st.sampled_from(["write", "copy", "back"])):
            case "write":
                some = data.draw(st.sets(st.integers(0, len(texts) - 1), min_size=1))
                rows = sorted(some)
                tokens = [data.draw(st.integers(0, VOCABULARY - 1)) for _ in rows]
                found = made.write([], [], lambda _: None, [Growth(branches, rows, tokens)])
                for row, token, logits in zip(rows, tokens, found, strict=True):
                    texts[row].append(token)
                    torch.testing.assert_close(logits, reference.logits(texts[row], None), **CLOSE)
            case "copy":
                parents = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=6))
                branches.take_after(parents)
                texts = [list(texts[parent]) for parent in parents]
            case _:
                lengths = [data.draw(st.integers(0, length)) for length in branches.lengths]
                branches.go_back(lengths)
                texts = [text[: len(prompt) + length] for text, length in zip(texts, lengths, strict=True)]


@torch.inference_mode()
def test_branches_outgrow_the_memory_that_they_began_with() -> None:
    net = network("llama")
    made, reference = decoder(net), Reference(net, [])
    seat = made.cache.open(None)
    text = [1, 2, 3]
    made.read([(seat, text)], lambda _: None)
    branches = made.branch(seat, 2)
    assert isinstance(branches, Branches)
    for n in range(70):
        text.append(n)
        found = made.write([], [], lambda _: None, [Growth(branches, [0, 1], [n, 5])])
    torch.testing.assert_close(found[0], reference.logits(text, None), **CLOSE)
