"""Who may import whom, as docs/architecture.md says: an AST walk, and a process that must not have met torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("bot", "studio", "generation", "finetune", "sandbox")
HEAVY = ("torch", "transformers", "peft", "bitsandbytes")

# package -> what it may import of ours
MAY = {
    "bot": ("bot", "studio", "generation.wire", "generation.forms", "generation.starters"),
    "studio": (
        "studio",
        "generation.wire",
        "generation.forms",
        "generation.page",
        "generation.safety",
        "finetune.snapshot",
        "finetune.report",
    ),
    "generation.wire": ("generation.wire", "generation.forms"),
    "generation.forms": ("generation.wire", "generation.forms"),
    "generation.page": ("generation.page",),
    "generation.safety": ("generation.safety", "generation.wire"),
    "generation.queue": ("generation.wire", "generation.forms", "generation.queue"),
    "generation.starters": ("generation.starters",),
    "generation": ("generation",),
    "finetune": ("finetune", "generation"),
    "sandbox": ("sandbox",),
}
TORCH_FREE = (
    "bot",
    "studio",
    "sandbox",
    "generation.wire",
    "generation.forms",
    "generation.page",
    "generation.safety",
    "generation.queue",
    "generation.starters",
    "finetune.snapshot",
    "finetune.report",
)


def modules() -> list[tuple[str, Path]]:
    found = []
    for package in OURS:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize(
    ("module", "path"), modules(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_module_imports_only_from_the_rooms_it_may_enter(module: str, path: Path) -> None:
    room = max((package for package in MAY if within(module, package)), key=len)
    for name in imports(path):
        if name.partition(".")[0] in OURS:
            assert any(within(name, allowed) for allowed in MAY[room]), f"{module} imports {name}"


@pytest.mark.parametrize(
    ("module", "path"), modules(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_light_half_never_names_torch(module: str, path: Path) -> None:
    if any(within(module, package) for package in TORCH_FREE):
        heavy = {name for name in imports(path) if name.partition(".")[0] in HEAVY}
        assert not heavy, f"{module} imports {heavy}"


def test_importing_the_light_half_loads_no_torch() -> None:
    light = [
        name for name, _ in modules()
        if any(within(name, package) for package in TORCH_FREE) and ".migrations" not in name and "__main__" not in name
    ]  # fmt: skip
    code = f"import importlib, sys\nfor name in {light!r}: importlib.import_module(name)\n"
    code += f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\nassert not heavy, heavy"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_no_file_has_a_room_without_a_name() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
    assert not [name for name, path in modules() if path.stem in nameless]
