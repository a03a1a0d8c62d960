"""An engine whose work is done by a server that speaks OpenAI's HTTP API: vLLM, llama.cpp's server and others.

    EngineLoop + FairQueue ─▶ RemoteEngine ─ news ◀─ a thread with an event loop ─ HTTP, one stream a job ─▶ the server

The fair queue stays ours: at most `room` requests are with the server, which batches them and orders nothing.
`asking.py` says a job in OpenAI's words, `stream.py` reads the answer, `server.py` knows the server, `adapters.py` has
it serve adapters, `engine.py` is the engine. docs/backends.md is for operators. No torch anywhere.

Left out: starting such a server, pictures, and several servers behind one host.
"""

from generation.remote.engine import RemoteEngine

__all__ = ["RemoteEngine"]
