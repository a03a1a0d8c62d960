"""llama.cpp's own server, as a process: `python -m tests.generation.remote.llama_server MODEL [LORA ...]`.

It is the one that the wheel xllamacpp has inside. Prints `{"listening": address}` and leaves when its input closes.
"""

from __future__ import annotations

import argparse
import json
import sys

import xllamacpp

SLOTS, CONTEXT = 4, 8192


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("loras", nargs="*")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = given.model
    params.n_parallel, params.n_ctx = SLOTS, SLOTS * CONTEXT
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.no_extra_bufts = True  # its Q4_1 path crashes on processors with AMX otherwise
    params.warmup = False
    params.port = given.port  # 0: any that is free
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 1.0) for path in given.loras]
    server = xllamacpp.Server(params)
    print(json.dumps({"listening": server.listening_address}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
