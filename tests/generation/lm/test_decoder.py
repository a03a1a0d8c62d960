"""The fast path against transformers and peft: the same logits, whatever the batch."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import peft
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.lm.architecture import UnknownArchitectureError, architecture_of
from generation.lm.decoder import Decoder
from generation.lm.lora import Runs, merged, stack_of
from generation.lm.plain import PlainNetwork
from tests.generation.lm.tiny import NETWORKS, SIZES, VOCABULARY, adapter, network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from generation.adapters import Adapter
    from generation.lm.cache import Seat
    from generation.lm.decoder import Select

# peft asks transformers for a property by its old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")

CLOSE = {"rtol": 0.0, "atol": 1e-4}
CPU = torch.device("cpu")


def decoder(net: Any, rows: int = 8) -> Decoder:
    return Decoder(architecture_of(net), rows=rows, context=128, dtype=torch.float32, device=CPU)


def plain(net: Any, rows: int = 8) -> PlainNetwork:
    head = net.get_output_embeddings()
    modules = {
        name: (module.out_features, module.in_features)
        for name, module in net.named_modules()
        if isinstance(module, torch.nn.Linear) and module is not head
    }
    return PlainNetwork(copy.deepcopy(net), modules, rows=rows, context=128, dtype=torch.float32, device=CPU)


def selecting(made: Decoder | PlainNetwork, adapters: Sequence[Adapter]) -> Select:
    if not adapters:
        return lambda _: None
    stack = stack_of(adapters, made.shapes, dtype=torch.float32, device=CPU)
    return lambda names: None if all(name is None for name in names) else stack.select(names, torch.float32)


def reading(made: Decoder | PlainNetwork, adapters: Sequence[Adapter]) -> Select:
    """As `Residency.runs` does it for prompts."""
    shapes, by_digest = {shape.key: shape for shape in made.shapes}, {one.digest: one for one in adapters}

    def select(names: Sequence[str | None]) -> Runs:
        runs = [(n, n + 1, by_digest[name]) for n, name in enumerate(names) if name is not None]
        return Runs(tuple(runs), shapes)

    return select


class Reference:
    """transformers with peft, one request at a time."""

    def __init__(self, net: Any, adapters: Sequence[Adapter]) -> None:
        self._base = net
        self._with: dict[str, Any] = {}
        for one in adapters:
            ranks = {name: len(pair.a) for name, pair in one.modules.items()}
            config = peft.LoraConfig(
                r=one.rank, lora_alpha=one.rank, target_modules=list(one.modules), rank_pattern=ranks,
                task_type="CAUSAL_LM",
            )  # fmt: skip
            model = peft.get_peft_model(copy.deepcopy(net), config).eval()
            state = {}
            for name, pair in one.modules.items():
                state[f"base_model.model.{name}.lora_A.weight"] = pair.a
                state[f"base_model.model.{name}.lora_B.weight"] = pair.b * pair.scale
            told = peft.set_peft_model_state_dict(model, state)
            assert not told.unexpected_keys
            self._with[one.digest] = model

    def logits(self, ids: Sequence[int], name: str | None) -> Tensor:
        model = self._base if name is None else self._with[name]
        with torch.inference_mode():
            found: Tensor = model(input_ids=torch.tensor([list(ids)]), use_cache=False).logits[0, -1]
        return found


@pytest.mark.parametrize("name", NETWORKS)
@torch.inference_mode()
def test_with_an_adapter_as_part_of_the_weights_logits_are_those_of_peft(name: str) -> None:
    net = network(name)
    made = decoder(net)
    adapters = [
        adapter("a", made.shapes, rank=7, scale=0.5, seed=2),
        adapter("b", made.shapes, rank=16, seed=3, only="v_proj"),
    ]
    reference, shapes, ids = Reference(net, adapters), made.shapes, [5, 1, 4, 3]
    for one in (*adapters, None):
        whole = None if one is None else merged(one, shapes, made.matrices)
        digest = None if one is None else one.digest
        seat = made.cache.open(digest)
        read = made.read([(seat, ids[:3])], lambda _, whole=whole: whole)
        torch.testing.assert_close(read[0], reference.logits(ids[:3], digest), **CLOSE)
        written = made.write([seat], ids[3:], lambda _, whole=whole: whole)
        torch.testing.assert_close(written[0], reference.logits(ids, digest), **CLOSE)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("path", [decoder, plain], ids=["fast", "plain"])
@pytest.mark.parametrize("runs", [True, False], ids=["runs", "stack"])
@torch.inference_mode()
def test_logits_are_those_of_transformers_and_peft(name: str, path: Any, *, runs: bool) -> None:
    net = network(name)
    made = path(net)
    adapters = [
        adapter("a", made.shapes, seed=1),
        adapter("b", made.shapes, rank=7, scale=0.5, seed=2),
        adapter("c", made.shapes, rank=16, seed=3, only="v_proj"),
    ]
    reference = Reference(net, adapters)
    select = selecting(made, adapters)
    torch.manual_seed(3)
    texts = {
        seat: torch.randint(0, VOCABULARY, (length,)).tolist()
        for seat, length in [
            (made.cache.open("a"), 3), (made.cache.open(None), 19), (made.cache.open("b"), 11),
            (made.cache.open("c"), 1),
        ]
    }  # fmt: skip
    found = made.read(list(texts.items()), reading(made, adapters) if runs else select)
    for row, (seat, ids) in zip(found, texts.items(), strict=True):
        torch.testing.assert_close(row, reference.logits(ids, seat.adapter), **CLOSE)
    for _ in range(12):
        for ids in texts.values():
            ids.append(int(torch.randint(0, VOCABULARY, ())))
        found = made.write(list(texts), [ids[-1] for ids in texts.values()], select)
        for row, (seat, ids) in zip(found, texts.items(), strict=True):
            torch.testing.assert_close(row, reference.logits(ids, seat.adapter), **CLOSE)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
@torch.inference_mode()
def test_whoever_joins_and_leaves_every_row_gets_its_own_logits(data: st.DataObject) -> None:
    """Ragged joins and leaves, prompts in pieces, mixed adapters, ranks and scales, stacks changed in between."""
    name = data.draw(st.sampled_from(["llama", "qwen 3", "gemma 3"]))
    net = network(name)
    made = decoder(net, rows=5)
    everyone = [
        adapter(
            str(n), made.shapes, rank=data.draw(st.sampled_from([1, 2, 8, 17])),
            scale=data.draw(st.sampled_from([0.25, 1.0, 4.0])), seed=n,
            only=data.draw(st.sampled_from(["", "self_attn", "mlp.up", "q_proj"])),
        )
        for n in range(3)
    ]  # fmt: skip
    reference = Reference(net, everyone)
    rows: dict[Seat, list[int]] = {}
    token = st.integers(0, VOCABULARY - 1)
    for _ in range(data.draw(st.integers(3, 10))):
        needed = {seat.adapter for seat in rows}
        stack = [one for one in everyone if one.digest in needed or data.draw(st.booleans())]
        select = selecting(made, stack)
        what = data.draw(st.sampled_from(["join", "write", "leave", "read on"]))
        if what == "join" and made.cache.free:
            seat = made.cache.open(data.draw(st.sampled_from([None, *[one.digest for one in stack]])))
            rows[seat] = data.draw(st.lists(token, min_size=1, max_size=9))
            found = made.read([(seat, rows[seat])], select)
            torch.testing.assert_close(found[0], reference.logits(rows[seat], seat.adapter), **CLOSE)
        elif what == "leave" and rows:
            seat = data.draw(st.sampled_from(sorted(rows, key=lambda seat: seat.slot)))
            made.cache.close(seat)
            del rows[seat]
        elif what == "read on" and rows:
            parts = [(seat, data.draw(st.lists(token, min_size=1, max_size=4))) for seat in rows]
            found = made.read(parts, select)
            for row, (seat, more) in zip(found, parts, strict=True):
                rows[seat] += more
                torch.testing.assert_close(row, reference.logits(rows[seat], seat.adapter), **CLOSE)
        elif what == "write" and rows:
            some = data.draw(st.lists(st.sampled_from(list(rows)), min_size=1, unique_by=id))
            tokens = [data.draw(token) for _ in some]
            found = made.write(some, tokens, select)
            for row, seat, one in zip(found, some, tokens, strict=True):
                rows[seat].append(one)
                torch.testing.assert_close(row, reference.logits(rows[seat], seat.adapter), **CLOSE)


@torch.inference_mode()
def test_what_is_remembered_of_a_prompt_goes_on_as_if_it_had_been_read() -> None:
    net = network("llama")
    made = decoder(net)
    reference = Reference(net, [])
    first, again, other = made.cache.open(None), made.cache.open(None), made.cache.open(None)
    ids = [*range(5, 20), 80, 33]
    made.read([(first, ids)], lambda _: None)
    made.remember(first, ids)
    made.recall(again, ids)
    made.recall(other, [*ids[:10], 2, 3])
    assert (again.length, other.length) == (len(ids) - 1, 10)
    found = made.read([(again, ids[-1:]), (other, [2, 3])], lambda _: None)
    torch.testing.assert_close(found[0], reference.logits(ids, None), **CLOSE)
    torch.testing.assert_close(found[1], reference.logits([*ids[:10], 2, 3], None), **CLOSE)
    found = made.write([first, again], [7, 8], lambda _: None)
    torch.testing.assert_close(found[0], reference.logits([*ids, 7], None), **CLOSE)
    torch.testing.assert_close(found[1], reference.logits([*ids, 8], None), **CLOSE)
    made.let_go()
    fresh = made.cache.open(None)
    made.recall(fresh, ids)
    assert fresh.length == 0


def test_what_is_not_known_is_refused_by_what_is_strange() -> None:
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    with pytest.raises(UnknownArchitectureError, match="GPT2LMHeadModel"):
        architecture_of(GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=2, n_embd=8, vocab_size=10)))
    with pytest.raises(UnknownArchitectureError, match="relu"):
        architecture_of(LlamaForCausalLM(LlamaConfig(**SIZES, hidden_act="relu")))
    dynamic = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}
    with pytest.raises(UnknownArchitectureError, match="rotary"):
        architecture_of(LlamaForCausalLM(LlamaConfig(**SIZES, rope_parameters=dynamic)))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("path", [decoder, plain], ids=["fast", "plain"])
@torch.inference_mode()
def test_the_copy_of_a_seat_goes_on_as_what_it_was_copied_from_would_and_leaves_that_alone(
    name: str, path: Any
) -> None:
    net = network(name)
    made = path(net)
    reference = Reference(net, [])
    torch.manual_seed(5)
    prompt = torch.randint(0, VOCABULARY, (11,)).tolist()
    first = made.cache.open(None)
    made.read([(first, prompt)], lambda _: None)
    second = made.cache.open(None)
    made.cache.copy(first, second)
    texts = {first: list(prompt), second: list(prompt)}
    for _ in range(4):
        tokens = torch.randint(0, VOCABULARY, (2,)).tolist()
        found = made.write([first, second], tokens, lambda _: None)
        for seat, token, logits in zip(texts, tokens, found, strict=True):
            texts[seat].append(token)
            torch.testing.assert_close(logits, reference.logits(texts[seat], None), **CLOSE)


@pytest.mark.parametrize("name", NETWORKS)
@torch.inference_mode()
def test_states_of_texts_are_those_of_transformers(name: str) -> None:
    net = network(name)
    texts = [[5, 7, 11, 3, 8, 2, 9, 1, 4, 6], [9], [3, 1, 4]]
    for layers in (0, 2):
        found = decoder(net).states(texts, layers)
        for text, states in zip(texts, found, strict=True):
            wanted = net.model(torch.tensor([text]), output_hidden_states=True).hidden_states[layers][0]
            torch.testing.assert_close(states, wanted, **CLOSE)
