"""Configurations that ask for what is not served, or are none: each refused by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import peft
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation.adapters import AdapterError, load, lora_config
from tests.generation.adapters.bent import BASE, CONFIG, DOWN, QUERY, config, genuine, refusal, sentence

if TYPE_CHECKING:
    from pathlib import Path

READ = {"r", "lora_alpha", "use_rslora", "rank_pattern", "alpha_pattern", "target_modules"}
TEXTS = {"base_model_name_or_path", "peft_version", "revision"}
DEFAULTS = {**peft.LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj"]).to_dict(), **CONFIG}


def test_all_that_peft_writes_by_default_passes() -> None:
    assert len(DEFAULTS) > 40
    read = lora_config.read(DEFAULTS)
    assert (read.rank, read.alpha, read.rslora, read.ranks) == (2, 4.0, False, {"down_proj": 3})


@pytest.mark.parametrize("key", sorted(set(DEFAULTS) - READ - TEXTS))
@pytest.mark.parametrize("value", ["surprise", 7, True, [1], {"a": 1}], ids=repr)
def test_every_other_key_of_peft_passes_only_as_it_is(key: str, value: Any) -> None:
    if value is True and key in {"inference_mode", "init_lora_weights"}:
        return  # both are at home there
    with pytest.raises(AdapterError) as caught:
        lora_config.read({**DEFAULTS, key: value})
    assert key in sentence(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("use_dora", True), ("use_qalora", True), ("lora_bias", True), ("fan_in_fan_out", True), ("bias", "all"),
        ("bias", "lora_only"), ("modules_to_save", ["lm_head"]), ("layers_to_transform", [0]),
        ("layers_to_transform", 0), ("layers_pattern", "layers"), ("loftq_config", {"loftq_bits": 4}),
        ("eva_config", {"rho": 2.0}), ("init_lora_weights", "eva"), ("init_lora_weights", "pissa"),
        ("init_lora_weights", "pissa_niter_16"), ("init_lora_weights", "olora"), ("init_lora_weights", "corda"),
        ("init_lora_weights", "loftq"), ("init_lora_weights", "lora_ga"), ("init_lora_weights", "mica"),
        ("alora_invocation_tokens", [1, 2]), ("trainable_token_indices", [5]), ("target_parameters", ["experts"]),
        ("layer_replication", [[0, 4], [2, 5]]), ("exclude_modules", ["q_proj"]), ("exclude_modules", "(a+)+$"),
        ("megatron_core", "evil.module"), ("megatron_config", {}), ("peft_type", "LOHA"), ("peft_type", "lora"),
        ("task_type", "SEQ_CLS"), ("task_type", None), ("use_bdlora", {"nblocks": 2}), ("arrow_config", {}),
        ("auto_mapping", {"base_model_class": "os", "parent_library": "os"}), ("ensure_weight_tying", True),
        ("use_dora", 0), ("use_dora", 0.0), ("inference_mode", 1), ("init_lora_weights", 1), ("qalora_group_size", 16.0),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_served_is_refused_by_name(key: str, value: Any, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, **{key: value})
    said = refusal(directory)
    assert f"sets {key} to" in said
    assert said.endswith("which is not served here.")


@pytest.mark.parametrize("key", ["", "R", "r ", "rаnk_pattern", "auto_map", "__class__", "\x07", "k" * 9000])
def test_an_unknown_key_is_refused(key: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, **{key: None})
    assert refusal(directory).endswith("which is not known here.")


@pytest.mark.parametrize("key", ["peft_type", "task_type", "r", "lora_alpha", "target_modules"])
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(AdapterError, match=rf"^adapter_config.json has no {key}\.$"):
        lora_config.read({name: value for name, value in CONFIG.items() if name != key})


@pytest.mark.parametrize("rank", [0, -1, 65, 10**9, 10**19, 2.0, 2.5, True, "2", None, [2], {}])
def test_a_rank_outside_of_1_to_64_is_refused(rank: Any, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, r=rank)
    assert "r asks for rank" in refusal(directory)
    config(directory, r=2, rank_pattern={"down_proj": rank})
    assert "rank_pattern asks for rank" in refusal(directory)


def test_a_rank_that_the_tensors_do_not_have_is_refused(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, r=3)
    assert 'has the shape "[2, 6]", not 3 x 6' in refusal(directory)


def test_a_rank_claimed_far_above_the_tensors_allocates_nothing_for_it(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, r=64, rank_pattern={})
    assert "not 64 x " in refusal(directory)


@pytest.mark.parametrize("alpha", [0, -1, 4097, 10**19, 0.0, -0.5, True, "8", None, [], {}])
def test_an_alpha_that_is_none_is_refused(alpha: Any, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, lora_alpha=alpha)
    assert "lora_alpha asks for alpha" in refusal(directory)
    config(directory, lora_alpha=4, alpha_pattern={"down_proj": alpha})
    assert "alpha_pattern asks for alpha" in refusal(directory)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lora_dropout", -0.1), ("lora_dropout", 1.1), ("lora_dropout", "0"), ("lora_dropout", True),
        ("lora_dropout", None), ("use_rslora", 1), ("use_rslora", None), ("use_rslora", "yes"),
        ("base_model_name_or_path", 7), ("base_model_name_or_path", "x" * 1025), ("revision", []),
        ("peft_version", {}), ("rank_pattern", []), ("rank_pattern", "q_proj"), ("alpha_pattern", 4),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused(key: str, value: Any, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, **{key: value})
    assert refusal(directory).startswith(f"adapter_config.json: {key} is ")


PATTERNS = [
    "(a+)+$", "(.*)*q_proj", ".*", "q_proj|v_proj", "^model.layers.0.self_attn.q_proj", "q_proj$", r"\w+_proj",
    "layers..*.q_proj", "[q]_proj", "q_proj.", ".q_proj", "", " q_proj", "q_proj\n", "q_prоj", "а" * 30, "q" * 201,
    "(?{exec})", "q_proj\0",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_refused_wherever_a_name_belongs(pattern: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    for key, value in [
        ("target_modules", ["q_proj", pattern]), ("rank_pattern", {pattern: 2}), ("alpha_pattern", {pattern: 2}),
    ]:  # fmt: skip
        config(directory, **{**CONFIG, "alpha_pattern": {}, key: value})
        said = refusal(directory)
        assert said.startswith(f"adapter_config.json: {key} names ")
        assert said.endswith("which is not a plain module name.")
    config(directory, **{**CONFIG, "alpha_pattern": {}, "target_modules": pattern})
    assert refusal(directory).endswith("a list of names or all-linear is needed.")


@pytest.mark.parametrize("targets", [None, "q_proj", "ALL-LINEAR", 7, {}, True])
def test_targets_that_are_no_list_are_refused(targets: Any, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, target_modules=targets)
    assert refusal(directory).endswith("a list of names or all-linear is needed.")


@pytest.mark.parametrize("target", [7, None, ["q_proj"], {}])
def test_a_target_that_is_no_name_is_refused(target: Any, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, target_modules=[target])
    assert refusal(directory).endswith("which is not a plain module name.")


@pytest.mark.parametrize(
    "name", ["embed_tokens", "lm_head", "proj", "layers.1.self_attn.q_proj", "o_proj.lora_A"]
)
def test_a_name_that_fits_no_layer_is_refused(name: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, target_modules=["q_proj", "down_proj", name])
    assert f'target_modules names "{name}", which fits no layer' in refusal(directory)
    config(directory, target_modules=["q_proj", "down_proj"], alpha_pattern={name: 3})
    assert f'alpha_pattern names "{name}", which fits no layer' in refusal(directory)


def test_no_target_at_all_is_refused(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, target_modules=[], rank_pattern={})
    assert refusal(directory) == "adapter_config.json: target_modules names no layer."


def test_two_values_for_one_layer_are_refused_unless_they_agree(tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    config(directory, rank_pattern={"down_proj": 3, "mlp.down_proj": 4})
    assert "rank_pattern has two values for" in refusal(directory)
    config(directory, rank_pattern={"down_proj": 3, "mlp.down_proj": 3})
    assert "is damaged" in refusal(directory)  # read, but spelled otherwise than what the digest names


def test_names_match_as_in_peft() -> None:
    """A whole name, or its end after a dot; the nearer question, which of two patterns, does not come up here."""
    for name in (QUERY, "q_proj", "self_attn.q_proj", "0.self_attn.q_proj", "_proj", "proj", "attn.q_proj"):
        theirs = peft.tuners.tuners_utils.check_target_module_exists(
            peft.LoraConfig(target_modules=[name], task_type="CAUSAL_LM"), QUERY
        )
        ours = lora_config.read({**CONFIG, "target_modules": [name]}).targets
        assert ours == {name}
        assert bool(theirs) == (name == QUERY or QUERY.endswith(f".{name}"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff", "is not UTF-8 text"), (b"{", "is not JSON"), (b"[]", "is not a JSON object"),
        (b"null", "is not a JSON object"), (b'"r"', "is not a JSON object"), (b"\x80\x04}q\x00.", "is not UTF-8"),
        (b"[" * 60_000, "is nested deeper than 8 levels"), (b'{"r":' * 12_000, "is nested deeper than 8 levels"),
        (b'{"r":2,"r":64}', 'has the key "r" twice'), (b'{"r":' + b"1" * 9999 + b"}", "more than 20 digits"),
        (b'{"lora_alpha":1e400}', "a number that is not finite"), (b'{"lora_alpha":NaN}', "a number that is not finite"),
        (b'{"lora_alpha":-Infinity}', "a number that is not finite"), (b'{"r":0x10}', "is not JSON"),
        (b" " * 300_000, "bytes, more than the 262144"),
    ],
)  # fmt: skip
def test_what_is_not_a_plain_json_object_is_refused(text: bytes, said: str, tmp_path: Path) -> None:
    directory = genuine(tmp_path)
    for file in ("adapter_config.json", "manifest.json"):
        before = (directory / file).read_bytes()
        (directory / file).write_bytes(text)
        assert said.replace("262144", "262144" if "config" in file else "65536") in refusal(directory)
        (directory / file).write_bytes(before)
    assert load(tmp_path, directory.name, BASE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, 'manifest.json is of format "2"; format 1 is read.'),
        ({"format": "1"}, "format 1 is read"), ({"format": True}, "format 1 is read"),
        ({"format": 1.0}, "format 1 is read"), ({"format": None}, "format 1 is read"),
        ({"base": None}, "does not name the base model"), ({"base": "B" * 64}, "does not name the base model"),
        ({"base": ["b" * 64]}, "does not name the base model"), ({"base": "b" * 63}, "does not name the base model"),
        ({"base": "c" * 64}, 'The adapter was made for the model "cccccccccccc", not for "bbbbbbbbbbbb".'),
        ({"parent": "../x"}, "parent is not the digest"), ({"parent": 7}, "parent is not the digest"),
    ],
)  # fmt: skip
def test_a_manifest_of_another_kind_or_model_is_refused(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    directory = genuine(tmp_path)
    path = directory / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert said in refusal(directory)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["q_proj", DOWN, "all-linear"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("q_proj"), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from(sorted(DEFAULTS)) | st.text(), VALUES, min_size=1, max_size=3))
def test_any_values_are_refused_or_the_same_adapter(changes: dict[str, Any], tmp_path: Path) -> None:
    directory = next(tmp_path.iterdir(), None) or genuine(tmp_path)
    (directory / "adapter_config.json").write_text(json.dumps({**CONFIG, **changes}))
    try:
        assert load(tmp_path, directory.name, BASE).digest == directory.name
    except AdapterError as error:
        sentence(error)
