"""Adapters made by PEFT itself: written, loaded, and computing what PEFT computes."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import peft
import pytest
import safetensors.torch
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from generation.adapters import AdapterError, Base, load, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# peft asks transformers by a name that transformers is about to drop
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")


def tiny() -> LlamaForCausalLM:
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=2,
        )
    ).eval()  # fmt: skip


def base_of(network: torch.nn.Module, digest: str = "b" * 64) -> Base:
    return Base(
        digest=digest,
        modules={
            name: (module.out_features, module.in_features)
            for name, module in network.named_modules()
            if isinstance(module, torch.nn.Linear) and name != "lm_head"
        },
    )


def trained(network: LlamaForCausalLM, **settings: Any) -> peft.PeftModel:
    """As if trained: lora_B, which begins as zero, gets numbers."""
    settings = {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj", "down_proj"], **settings}
    wrapped = peft.get_peft_model(network, peft.LoraConfig(task_type="CAUSAL_LM", **settings))
    torch.manual_seed(1)
    for name, parameter in wrapped.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return wrapped.eval()


def written(root: Path, wrapped: peft.PeftModel, base: Base, **manifest: Any) -> str:
    tensors = peft.get_peft_model_state_dict(wrapped)
    return write(root, wrapped.peft_config["default"].to_dict(), tensors, base=base, manifest=manifest)


def applied(network: LlamaForCausalLM, modules: Mapping[str, Any]) -> LlamaForCausalLM:
    for name, lora in modules.items():
        network.get_submodule(name).weight.data += lora.scale * lora.b @ lora.a
    return network


KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "every linear layer": {"target_modules": "all-linear"},
    "full names": {"target_modules": ["model.layers.1.self_attn.q_proj", "layers.0.mlp.up_proj"]},
    "rank-stabilised": {"use_rslora": True, "r": 8, "lora_alpha": 3},
    "ranks by name": {"rank_pattern": {"q_proj": 2, "model.layers.1.mlp.down_proj": 16}},
    "alphas by name": {"alpha_pattern": {"layers.0.self_attn.v_proj": 32, "down_proj": 1.5}},
    "all of it": {
        "target_modules": "all-linear", "use_rslora": True, "rank_pattern": {"k_proj": 1, "0.mlp.gate_proj": 9},
        "alpha_pattern": {"k_proj": 5, "o_proj": 64}, "lora_dropout": 0.1, "init_lora_weights": "gaussian",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_peft_trained_computes_the_same_here(kind: str, tmp_path: Path) -> None:
    base = base_of(tiny())
    wrapped = trained(tiny(), **KINDS[kind])
    adapter = load(tmp_path, written(tmp_path, wrapped, base), base)
    tokens = torch.randint(0, 64, (2, 9), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        ours = applied(tiny(), adapter.modules)(tokens).logits
        theirs = wrapped(tokens).logits
        without = tiny()(tokens).logits
    assert (ours - theirs).abs().max() < 1e-5
    assert (theirs - without).abs().max() > 1e-3  # the adapter does something
    assert adapter.rank == max(lora.a.shape[0] for lora in adapter.modules.values())


def test_the_files_that_save_pretrained_makes_are_an_adapter_once_a_manifest_is_added(tmp_path: Path) -> None:
    base = base_of(tiny())
    wrapped = trained(tiny(), target_modules="all-linear")
    digest = written(tmp_path / "written", wrapped, base)
    directory = tmp_path / "saved" / digest
    wrapped.save_pretrained(directory)
    (directory / "README.md").unlink()
    (directory / "manifest.json").write_text(json.dumps({"format": 1, "base": base.digest}))
    adapter = load(tmp_path / "saved", digest, base)
    assert adapter.digest == digest
    assert set(adapter.modules) == set(base.modules)


def test_peft_reads_what_is_written_here(tmp_path: Path) -> None:
    base = base_of(tiny())
    wrapped = trained(tiny())
    digest = written(tmp_path, wrapped, base)
    again = peft.PeftModel.from_pretrained(tiny(), tmp_path / digest).eval()
    tokens = torch.arange(8)[None]
    with torch.no_grad():
        assert torch.equal(again(tokens).logits, wrapped(tokens).logits)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_kept_on_disk_and_given_in_float32(dtype: torch.dtype, tmp_path: Path) -> None:
    base = base_of(tiny())
    wrapped = trained(tiny())
    tensors = {name: value.to(dtype) for name, value in peft.get_peft_model_state_dict(wrapped).items()}
    digest = write(tmp_path, wrapped.peft_config["default"].to_dict(), tensors, base=base, manifest={})
    lora = load(tmp_path, digest, base).modules["model.layers.0.self_attn.q_proj"]
    assert lora.a.dtype is lora.b.dtype is torch.float32
    kept = tensors["base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"]
    assert torch.equal(lora.a, kept.to(torch.float32))


def test_the_digest_is_of_the_content_and_not_of_its_layout(tmp_path: Path) -> None:
    base = base_of(tiny())
    digest = written(tmp_path, trained(tiny()), base)
    directory = tmp_path / digest
    config = json.loads((directory / "adapter_config.json").read_text())
    config["target_modules"].reverse()
    config["base_model_name_or_path"] = "somewhere/else"
    config["lora_alpha"] = float(config["lora_alpha"])
    del config["rank_pattern"]
    (directory / "adapter_config.json").write_text(json.dumps(dict(reversed(config.items()))))
    whole = (directory / "adapter_model.safetensors").read_bytes()
    tensors = safetensors.torch.load(whole)
    backwards, data = {}, b""
    for name, tensor in sorted(tensors.items(), reverse=True):
        begin = len(data)
        data += tensor.numpy().tobytes()
        backwards[name] = {"shape": list(tensor.shape), "data_offsets": [begin, len(data)], "dtype": "F32"}
    header = json.dumps(backwards, indent=1).encode()
    relaid = len(header).to_bytes(8, "little") + header + data
    assert relaid != whole
    (directory / "adapter_model.safetensors").write_bytes(relaid)
    assert load(tmp_path, digest, base).digest == digest


def test_different_content_has_a_different_digest(tmp_path: Path) -> None:
    base = base_of(tiny())
    wrapped = trained(tiny())
    config = wrapped.peft_config["default"].to_dict()
    tensors = peft.get_peft_model_state_dict(wrapped)
    name = next(iter(tensors))
    bent = {**tensors, name: tensors[name] + 1e-3}
    half = {name: tensor.half() for name, tensor in tensors.items()}
    targets = sorted(config["target_modules"])
    cases: list[tuple[dict[str, Any], dict[str, torch.Tensor]]] = [
        (config, tensors), (config, bent), (config, half), ({**config, "lora_alpha": 9}, tensors),
        ({**config, "use_rslora": True}, tensors), ({**config, "alpha_pattern": {targets[0]: 2}}, tensors),
    ]  # fmt: skip
    digests = [write(tmp_path, some, numbers, base=base, manifest={}) for some, numbers in cases]
    assert len(set(digests)) == len(cases)


def test_the_same_adapter_again_is_the_same_directory_and_keeps_its_first_manifest(tmp_path: Path) -> None:
    base = base_of(tiny())
    wrapped = trained(tiny())
    first = written(tmp_path, wrapped, base, snapshot="first", metrics={"loss": 1.5})
    second = written(tmp_path, wrapped, base, snapshot="second")
    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == [first]
    assert sorted(path.name for path in (tmp_path / first).iterdir()) == [
        "adapter_config.json", "adapter_model.safetensors", "manifest.json",
    ]  # fmt: skip
    manifest = json.loads((tmp_path / first / "manifest.json").read_text())
    assert manifest == {"format": 1, "base": base.digest, "snapshot": "first", "metrics": {"loss": 1.5}}


def test_an_adapter_that_vanished_is_said_to_be_missing(tmp_path: Path) -> None:
    base = base_of(tiny())
    digest = written(tmp_path, trained(tiny()), base)
    shutil.rmtree(tmp_path / digest)
    with pytest.raises(AdapterError, match=rf'^There is no adapter "{digest[:12]}"\.$'):
        load(tmp_path, digest, base)
    with pytest.raises(AdapterError, match=r"^There is no adapter"):
        load(tmp_path / "nowhere", digest, base)


def test_an_adapter_of_another_model_is_refused(tmp_path: Path) -> None:
    base = base_of(tiny())
    digest = written(tmp_path, trained(tiny()), base)
    with pytest.raises(AdapterError, match="was made for the model"):
        load(tmp_path, digest, base_of(tiny(), digest="c" * 64))
