"""An engine whose work is done by a server that speaks OpenAI's HTTP API: vLLM, llama.cpp's server and others.

    EngineLoop + FairQueue ─▶ RemoteEngine ─ news ◀─ a thread with an event loop ─ an HTTP stream for each part ─▶ the server

The fair queue stays ours: at most `room` requests are with the server, which batches them and orders nothing.
`engine.py` is the engine and `row.py` a text in the making; `errands.py` has a part written, for which `asking.py` says
the job in OpenAI's words, `server.py` knows the server, `adapters.py` has it serve adapters and `stream.py` reads the
answer. docs/backends.md is for operators. No torch anywhere.

Left out: starting such a server, pictures, and several servers behind one host.
"""

from generation.remote.engine import RemoteEngine

__all__ = ["RemoteEngine"]
