"""The engines that `bench.text` compares, each a process of its own, in an environment of its own where it needs one.

What a peer's process runs (`protocol`, and the peer's own file) needs nothing but that peer's environment.
"""
