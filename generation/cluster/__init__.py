"""Many engines behind one host: the ordinary host process is the ingress, Ray Serve runs the engines.

    wire ─▶ GenerationHost ─▶ EngineLoop + FairQueue ─▶ ClusterEngine ─┬─ session ─▶ EngineReplica (engine, thread)
            one process, the only line there is, sticky choice         └─ session ─▶ EngineReplica …

`ClusterEngine` is an engine like any other to the loop. Each replica is a Serve deployment of one, so that we know
which one we speak to: Serve places it, watches it and replaces it, and the choice between them stays a pure function
(`sticky.py`) that the ingress makes with its own table in hand. All that a replica has to tell goes through one
stream, a message a few steps; all that it is told goes through one call at a time, in order.

`serving.py` alone imports Ray, and nothing imports `serving.py` unless a cluster is asked for; `errand.py` is a process of its
own, which has any other command run on a node. Growing and shrinking by load is left out: the number of replicas is a setting.
"""
