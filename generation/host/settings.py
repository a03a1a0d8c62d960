"""The host process's settings: one class, built once in `main()`. The bot passes them to its child.

What only tests of other parts set (the fake engine's speed) is apart, so that operators need not read it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class HostSettings(BaseSettings):
    """What an operator can set, by environment variable or in `.env`."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    text_model: str = "smollm2"
    text_dtype: Literal["auto", "bfloat16", "float32"] = "auto"
    text_quant: Literal["none", "nf4"] = "none"
    text_rows: int = Field(16, ge=1, le=256)
    text_reproducible: bool = False
    picture_model: str = "renga"
    data_dir: Path = Path(".renga")
    generation_host: str = "127.0.0.1"
    generation_port: int = Field(8500, ge=0, le=65535)
    generation_token: SecretStr | None = None
    threads: int = Field(0, ge=0, le=1024)
    openai_url: str = ""
    openai_model: str = ""
    openai_api_key: SecretStr | None = None
    openai_concurrency: int = Field(8, ge=1, le=1024)
    cluster_replicas: int = Field(0, ge=0, le=256)
    ray_address: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("openai_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        _ = parts.port  # reading it is what checks it
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("it must be an address that begins with http:// or https://")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("it must be an address alone; a key goes into OPENAI_API_KEY")
        return value

    @field_validator("ray_address")
    @classmethod
    def _of_a_node(cls, value: str) -> str:
        if value.startswith("ray://"):
            raise ValueError("the host must run on a node of the cluster, as host:port or auto")
        return value

    @property
    def cores(self) -> int:
        """Threads for each engine: `THREADS`, else this machine's cores but one, so that a neighbour cannot stall it,
        shared out among the replicas (with `RAY_ADDRESS`, as if every node were like this one).
        """
        return self.threads or max(1, (len(os.sched_getaffinity(0)) - 1) // max(1, self.cluster_replicas))


class FakeSettings(BaseSettings):
    """Read only where the engine is the fake one."""

    fake_tokens_per_second: float = Field(default=50.0, gt=0)
