"""The memory: tables, queries by noun, append-only migrations.

`Store` opens a database and runs functions in transactions; `jobs`, `creations`, `messages`, `reactions`,
`pictures` and `guilds` hold the queries, each a plain function of a connection. No rule of the game is in here.
"""

from __future__ import annotations

from studio.store.database import Store

__all__ = ["Store"]
