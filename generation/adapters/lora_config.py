"""Our own reading of PEFT's adapter_config.json: an allow-list of keys, and of values for each.

Read are the keys that decide what is computed. Every other key that PEFT 0.21 writes has to have a value that changes
nothing; so DoRA, trained biases, whole saved modules, embeddings, chosen layers, and whatever PEFT may invent next are
refused by name. Names of modules are literal: a pattern out of a file is never compiled.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generation.adapters.errors import AdapterError, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

# the engine pads the adapters of a batch to one rank, so that one of 512 would be paid for by everybody in it
MAX_RANK = 64
# the most that can still be a scale of `plan.MAX_SCALE` with the largest rank
MAX_ALPHA = 4096.0
_MAX_TEXT = 1024
_NAME = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*")
_MAX_NAME = 200

# key -> the values under which it changes nothing
_HARMLESS: Mapping[str, tuple[Any, ...]] = {
    "peft_type": ("LORA",),
    "task_type": ("CAUSAL_LM",),
    "bias": ("none",),
    # how the training began; those that also change the base's weights (PiSSA, OLoRA, CorDA, LoftQ, LoRA-GA), MiCA
    # and EVA are not among them
    "init_lora_weights": (True, False, "gaussian", "orthogonal"),
    "inference_mode": (True, False),
    "megatron_core": (None, "megatron.core"),
    "qalora_group_size": (16,),
    "loftq_config": (None, {}),
    "exclude_modules": (None, []),
    "modules_to_save": (None, []),
    "target_parameters": (None, []),
    **dict.fromkeys(("ensure_weight_tying", "fan_in_fan_out", "lora_bias", "use_dora", "use_qalora"), (False,)),
    **dict.fromkeys(
        (
            "alora_invocation_tokens", "arrow_config", "auto_mapping", "corda_config", "eva_config", "kasa_config",
            "layer_replication", "layers_pattern", "layers_to_transform", "lora_ga_config", "megatron_config",
            "monteclora_config", "trainable_token_indices", "use_bdlora", "velora_config",
        ),
        (None,),
    ),
}  # fmt: skip
_TEXTS = ("base_model_name_or_path", "peft_version", "revision")
_READ = ("r", "lora_alpha", "lora_dropout", "use_rslora", "rank_pattern", "alpha_pattern", "target_modules")
_KNOWN = frozenset((*_HARMLESS, *_TEXTS, *_READ))
_NEEDED = ("peft_type", "task_type", "r", "lora_alpha", "target_modules")


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """What of the configuration decides what is computed.

    `targets` are module names or their ends ("q_proj"), None for every linear layer. `ranks` and `alphas` hold for
    the modules of those names or ends, in place of `rank` and `alpha`.
    """

    rank: int
    alpha: float
    rslora: bool
    targets: frozenset[str] | None
    ranks: Mapping[str, int]
    alphas: Mapping[str, float]

    def canonical(self) -> str:
        """One spelling for equal settings: JSON with PEFT's keys, sorted, without spaces, alphas as floats."""
        return json.dumps(
            {
                "r": self.rank,
                "lora_alpha": self.alpha,
                "use_rslora": self.rslora,
                "target_modules": "all-linear" if self.targets is None else sorted(self.targets),
                "rank_pattern": dict(self.ranks),
                "alpha_pattern": dict(self.alphas),
            },
            sort_keys=True,
            separators=(",", ":"),
        )


def read(config: Mapping[str, Any]) -> LoraSettings:
    """The settings in a parsed adapter_config.json.

    Raises:
        AdapterError: a key is unknown or missing, or its value is not one that is served.
    """
    for key in config:
        if key not in _KNOWN:
            raise AdapterError(f"adapter_config.json has the key {quoted(key)}, which is not known here.")
    for key in _NEEDED:
        if key not in config:
            raise AdapterError(f"adapter_config.json has no {key}.")
    for key, allowed in _HARMLESS.items():
        if key in config and not any(_same(config[key], value) for value in allowed):
            raise AdapterError(
                f"adapter_config.json sets {key} to {quoted(config[key])}, which is not served here."
            )
    for key in _TEXTS:
        text = config.get(key)
        if text is not None and not (isinstance(text, str) and len(text) <= _MAX_TEXT):
            raise AdapterError(f"adapter_config.json: {key} is not a text of at most {_MAX_TEXT} characters.")
    dropout = config.get("lora_dropout", 0.0)
    if not (_is_number(dropout) and 0 <= dropout <= 1):
        raise AdapterError(f"adapter_config.json: lora_dropout is {quoted(dropout)}, not between 0 and 1.")
    rslora = config.get("use_rslora", False)
    if not isinstance(rslora, bool):
        raise AdapterError(f"adapter_config.json: use_rslora is {quoted(rslora)}, neither true nor false.")
    return LoraSettings(
        rank=_rank("r", config["r"]),
        alpha=_alpha("lora_alpha", config["lora_alpha"]),
        rslora=rslora,
        targets=_targets(config["target_modules"]),
        ranks={name: _rank("rank_pattern", value) for name, value in _pattern("rank_pattern", config)},
        alphas={name: _alpha("alpha_pattern", value) for name, value in _pattern("alpha_pattern", config)},
    )


def _same(value: Any, allowed: Any) -> bool:
    return type(value) is type(allowed) and bool(value == allowed)  # True is not 1 here


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rank(key: str, value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MAX_RANK:
        raise AdapterError(
            f"adapter_config.json: {key} asks for rank {quoted(value)}; ranks from 1 to {MAX_RANK} are served."
        )
    return value


def _alpha(key: str, value: Any) -> float:
    if not (_is_number(value) and 0 < value <= MAX_ALPHA):
        raise AdapterError(
            f"adapter_config.json: {key} asks for alpha {quoted(value)}; it has to be above 0 and at most {MAX_ALPHA:g}."
        )
    return float(value)


def _targets(value: Any) -> frozenset[str] | None:
    if value == "all-linear":
        return None
    if not isinstance(value, list):
        raise AdapterError(
            f"adapter_config.json: target_modules is {quoted(value)}; a list of names or all-linear is needed."
        )
    return frozenset(_name("target_modules", name) for name in value)


def _pattern(key: str, config: Mapping[str, Any]) -> list[tuple[str, Any]]:
    value = config.get(key)
    if value is None:
        return []
    if not isinstance(value, dict):
        raise AdapterError(f"adapter_config.json: {key} is {quoted(value)}, not an object.")
    return [(_name(key, name), number) for name, number in value.items()]


def _name(key: str, name: Any) -> str:
    if not (isinstance(name, str) and len(name) <= _MAX_NAME and _NAME.fullmatch(name)):
        raise AdapterError(
            f"adapter_config.json: {key} names {quoted(name)}, which is not a plain module name."
        )
    return name
