"""Safetensors files that lie: about their length, their tensors, and the numbers in them."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import pytest
import torch

from generation.adapters import AdapterError, load
from tests.generation.adapters.bent import (
    BASE,
    DOWN_A,
    QUERY_A,
    QUERY_B,
    SHAPES,
    genuine,
    header,
    raw_header,
    refusal,
    sentence,
    tensors,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import DataObject

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BYTES = sum(4 * rows * columns for rows, columns in SHAPES.values())


def entries() -> dict[str, Any]:
    found, end = {}, 0
    for name, shape in SHAPES.items():
        begin, end = end, end + 4 * shape[0] * shape[1]
        found[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [begin, end]}
    return found


def numbers() -> bytes:
    """Of the genuine adapter, laid out as `entries` says."""
    genuine_ones = tensors()
    return b"".join(genuine_ones[name].numpy().tobytes() for name in SHAPES)


@pytest.mark.parametrize("length", [0, 1, 2**20, 2**31, 2**63, 2**64 - 1])
def test_a_header_of_an_impossible_length_is_refused(length: int, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    raw_header(directory, json.dumps(entries()).encode(), bytes(BYTES), length)
    assert f"says that its header has {length} bytes" in refusal(directory)


@pytest.mark.parametrize("size", [1, 7, 8, 9])
def test_a_file_that_ends_before_its_header_is_refused(size: int, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    path = directory / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    refusal(directory)


def test_a_header_of_a_billion_tensors_is_refused_by_its_length(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    many = b'{"t":[' + b'"t",' * 10_000_000  # as much of it as anybody would care to send
    raw_header(directory, many, b"")
    assert "adapter_model.safetensors has 40000014 bytes, more than the" in refusal(directory)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff\xfe{}", "is not UTF-8 text"),
        (b"not json", "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b"{} {}", "is not JSON"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
        (b"[" * 9000, "is nested deeper than 8 levels"),
        (b'{"a":' * 3000, "is nested deeper than 8 levels"),
        (b'{"__metadata__":{"a":"b","a":"c"}}', 'has the key "a" twice'),
        (b'{"__metadata__":[]}', "is not an object of strings"),
        (b'{"__metadata__":{"a":{}}}', "is not an object of strings"),
        (b'{"a":NaN}', "a number that is not finite"),
        (b'{"a":1e999}', "a number that is not finite"),
        (b'{"a":' + b"9" * 5000 + b"}", "an integer of more than 20 digits"),
        (b"{}", "does not hold the tensor"),
    ],
)
def test_a_header_that_is_no_list_of_tensors_is_refused(text: bytes, said: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    raw_header(directory, text, bytes(BYTES))
    assert said in refusal(directory)


def test_a_tensor_named_twice_is_refused(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    twice = json.dumps(entries())[:-1] + f', "{QUERY_A}": {{}}}}'
    raw_header(directory, twice.encode(), bytes(BYTES))
    assert refusal(directory).endswith("twice.")


@pytest.mark.parametrize(
    "name",
    [
        QUERY_A.replace("layers.0", "layers.1"),
        QUERY_A.replace("q_proj", "o_proj"),  # the base has it, the configuration does not ask for it
        QUERY_A.replace("base_model.model.", ""),
        QUERY_A.replace("lora_A", "lora_A.default"),
        QUERY_A.replace("weight", "bias"),
        QUERY_A.replace("lora_A.weight", "lora_magnitude_vector"),
        "base_model.model.model.embed_tokens.lora_embedding_A",
        "base_model.model.lm_head.modules_to_save.weight",
        QUERY_A.replace("q_proj", "q_prоj"),  # a Cyrillic o
        QUERY_A + "\n",
        "../../" + QUERY_A,
        "",
        "x" * 5000,
    ],
)
def test_a_tensor_that_was_not_asked_for_is_refused_by_name(name: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    header(directory, lambda found: found.update({name: found[QUERY_A]}))
    assert "which is no tensor that its configuration asks for" in refusal(directory)
    header(directory, lambda found: found.pop(name))
    assert load(tmp_path, directory.name, BASE)


@pytest.mark.parametrize("name", SHAPES)
def test_a_missing_tensor_is_named(name: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    header(directory, lambda found: found.pop(name))
    assert f'does not hold the tensor "{name[:50]}' in refusal(directory)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("dtype", "F64", 'is of type "F64"'),
        ("dtype", "I32", 'is of type "I32"'),
        ("dtype", "f32", 'is of type "f32"'),
        ("dtype", "", 'is of type ""'),
        ("dtype", "F" * 4000, 'is of type "FFF'),
        ("dtype", None, 'is of type "null"'),
        ("dtype", ["F32"], "is of type"),
        ("dtype", {}, "is of type"),
        ("shape", [6, 2], "not 2 x 6"),
        ("shape", [4, 6], "not 2 x 6"),
        ("shape", [10**9, 6], "not 2 x 6"),
        ("shape", [10**18, 10**18], "not 2 x 6"),
        ("shape", [12], "not 2 x 6"),
        ("shape", [2, 6, 1], "not 2 x 6"),
        ("shape", [-2, -6], "not 2 x 6"),
        ("shape", [2.0, 6], "not 2 x 6"),
        ("shape", ["2", "6"], "not 2 x 6"),
        ("shape", [], "not 2 x 6"),
        ("shape", None, "not 2 x 6"),
        ("shape", {"0": 2}, "not 2 x 6"),
        ("data_offsets", [0], "are not two integers"),
        ("data_offsets", [0, 48, 96], "are not two integers"),
        ("data_offsets", [False, 48], "are not two integers"),
        ("data_offsets", [0.0, 48.0], "are not two integers"),
        ("data_offsets", "0-48", "are not two integers"),
        ("data_offsets", [48, 0], "do not span its 48 bytes"),
        ("data_offsets", [-48, 0], "do not span its 48 bytes"),
        ("data_offsets", [0, 47], "do not span its 48 bytes"),
        ("data_offsets", [0, 2**63], "do not span its 48 bytes"),
        ("data_offsets", [2**63, 2**63 + 48], "overlap others or leave a gap"),
        ("data_offsets", [4, 52], "overlap others or leave a gap"),
        ("more", 1, "is not dtype, shape and data_offsets"),
    ],
)
def test_an_entry_that_lies_is_refused(key: str, value: Any, said: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    raw_header(directory, json.dumps(entries()).encode(), bytes(BYTES))
    header(directory, lambda found: found[QUERY_A].update({key: value}))
    assert said in refusal(directory)


def test_the_rank_of_true_is_not_one(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    raw_header(directory, json.dumps(entries()).encode(), bytes(BYTES))
    header(directory, lambda found: found[QUERY_B].update(shape=[8, True]))
    assert "not 8 x 2" in refusal(directory)


@pytest.mark.parametrize("entry", [None, [], "F32", 7, {}])
def test_an_entry_that_is_none_is_refused(entry: Any, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    header(directory, lambda found: found.update({DOWN_A: entry}))
    assert "is not dtype, shape and data_offsets" in refusal(directory)


def test_two_tensors_over_the_same_bytes_are_refused(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    shared = entries()
    shared[DOWN_A]["data_offsets"] = [0, 120]
    raw_header(directory, json.dumps(shared).encode(), bytes(BYTES))
    assert "overlap others or leave a gap" in refusal(directory)


@pytest.mark.parametrize("more", [-1, 1, 48])
def test_bytes_that_no_tensor_accounts_for_are_refused(more: int, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    raw_header(directory, json.dumps(entries()).encode(), bytes(BYTES + more))
    assert f"has {BYTES + more} bytes of tensors, its header accounts for {BYTES}" in refusal(directory)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (float("nan"), "not finite"),
        (float("inf"), "not finite"),
        (float("-inf"), "not finite"),
        (3e38, "beyond ±64"),
        (-65.0, "beyond ±64"),
    ],
)
@pytest.mark.parametrize("place", [0, BYTES - 4])
def test_a_single_bad_number_is_refused(number: float, said: str, place: int, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    data = bytearray(BYTES)
    data[place : place + 4] = struct.pack("<f", number)
    raw_header(directory, json.dumps(entries()).encode(), bytes(data))
    assert said in refusal(directory)


@pytest.mark.parametrize(("dtype", "torch_dtype"), [("F16", torch.float16), ("BF16", torch.bfloat16)])
def test_infinity_in_half_precision_is_refused(dtype: str, torch_dtype: torch.dtype, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    halves, end = {}, 0
    for name, (rows, columns) in SHAPES.items():
        begin, end = end, end + 2 * rows * columns
        halves[name] = {"dtype": dtype, "shape": [rows, columns], "data_offsets": [begin, end]}
    infinite = torch.full((end // 2,), float("inf"), dtype=torch_dtype).view(torch.int16).numpy().tobytes()
    raw_header(directory, json.dumps(halves).encode(), infinite)
    assert "not finite" in refusal(directory)


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    path = directory / "adapter_model.safetensors"
    whole = bytearray(path.read_bytes())
    whole[-3] ^= 1
    path.write_bytes(whole)
    assert "is damaged" in refusal(directory)


def outcome(directory: Path) -> None:
    """The only two there may be."""
    try:
        assert load(directory.parent, directory.name, BASE).digest == directory.name
    except AdapterError as error:
        sentence(error)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["F32", *SHAPES]),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*SHAPES, "dtype", "shape"]), inner)
    ),
    max_leaves=12,
)
ONE_DIRECTORY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@ONE_DIRECTORY
@given(data=st.binary(max_size=2000))
def test_whatever_bytes_there_are_the_answer_is_an_adapter_error(data: bytes, tmp_path: Path) -> None:
    directory = tmp_path / ("a" * 64)
    if not directory.exists():
        genuine(tmp_path).rename(directory)
    (directory / "adapter_model.safetensors").write_bytes(data)
    outcome(directory)


@ONE_DIRECTORY
@given(text=st.binary(min_size=2, max_size=2000), size=st.integers(0, 2 * BYTES))
def test_whatever_header_there_is_the_answer_is_an_adapter_error(
    text: bytes, size: int, tmp_path: Path
) -> None:
    directory = next(tmp_path.iterdir(), None) or genuine(tmp_path)
    raw_header(directory, text, bytes(size))
    outcome(directory)


@ONE_DIRECTORY
@given(data=st.data())
def test_a_real_file_bent_anywhere_is_refused_or_still_the_same(data: DataObject, tmp_path: Path) -> None:
    directory = next(tmp_path.iterdir(), None) or genuine(tmp_path)
    whole = bytearray(len(header_text := json.dumps(entries()).encode()).to_bytes(8, "little"))
    whole += header_text + numbers()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, 8 + len(header_text)))
        instead = data.draw(
            st.binary(max_size=4) | st.sampled_from([b"0", b"-", b"9", b'"', b"[", b"}", b",", b"1e9"])
        )
        whole[at : at + data.draw(st.integers(0, 4))] = instead
    (directory / "adapter_model.safetensors").write_bytes(whole)
    outcome(directory)


@ONE_DIRECTORY
@given(
    name=st.sampled_from(sorted(SHAPES)),
    key=st.sampled_from(["dtype", "shape", "data_offsets", "x"]),
    value=JSON,
)
def test_any_value_in_an_entry_is_refused_or_the_same(
    name: str, key: str, value: Any, tmp_path: Path
) -> None:
    directory = next(tmp_path.iterdir(), None) or genuine(tmp_path)
    bent = entries()
    bent[name][key] = value
    raw_header(directory, json.dumps(bent).encode(), numbers())
    outcome(directory)
