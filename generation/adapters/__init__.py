"""Adapters: LoRA directories that anybody may have made, verified before a number of theirs is used.

An adapter is an immutable directory, DATA_DIR/adapters/<digest>/, with PEFT's adapter_config.json and
adapter_model.safetensors, and our manifest.json. Its digest is the hex SHA-256 over

    "renga adapter 1" NEWLINE
    the settings that decide what is computed, as canonical JSON, NEWLINE
    and for each tensor by ascending name: the JSON list [name, dtype, shape] NEWLINE, its bytes

so it depends neither on JSON spacing nor on the order of a header, and `load` computes it again from what it read.
docs/adapters.md has the format and what is refused. Leaves out applying an adapter (`generation.lm`), and choosing one.
"""

from generation.adapters.adapter import Adapter, Base, Lora
from generation.adapters.directory import load, manifest_of, write
from generation.adapters.errors import AdapterError

__all__ = ["Adapter", "AdapterError", "Base", "Lora", "load", "manifest_of", "write"]
