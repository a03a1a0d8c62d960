"""The bot process's settings: one class, built once in `main()`, every name in `.env.example`.

It leaves out what children need only for themselves: they get arguments from their parent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

EXAMPLES = {
    "DISCORD_TOKEN": "the token from the Bot page of discord.com/developers, or nothing for the sandbox",
    "DISCORD_API_URL": "https://discord.com/api/v10",
    "DISCORD_GATEWAY_URL": "wss://gateway.discord.gg/",
    "DATABASE_URL": "postgresql://renga@127.0.0.1/renga, or nothing for SQLite under DATA_DIR",
    "GENERATION_URL": "http://10.0.0.7:8500, or nothing to start a child process",
    "GENERATION_TOKEN": "any long random text that the generation host was also given",
    "TEXT_MODEL": "smollm2, gemma3, the path of a model directory, or openai",
    "TEXT_QUANT": "none, or nf4",
    "PICTURE_MODEL": "renga, the path of a directory of weights, or none",
    "OPENAI_URL": "http://127.0.0.1:8000, the address of a server that speaks OpenAI's API",
    "OPENAI_MODEL": "a model that the server lists, or nothing for the first",
    "OPENAI_API_KEY": "the key that the server wants, or nothing",
    "DATA_DIR": ".renga",
    "WEB_HOST": "127.0.0.1",
    "WEB_PORT": "8420",
    "SANDBOX_PORT": "8421",
    "ALLOWED_GUILDS": "812345678901234567,823456789012345678",
    "PAGES": "on",
    "TRAINING": "on, off, or cluster",
    "RAY_ADDRESS": "auto, or host:port, of the cluster where TRAINING=cluster learns",
    "RETRAIN": "on, or off",
    "THREADS": "1",
    "LOG_LEVEL": "INFO",
}


class SettingsError(Exception):
    """A setting that cannot work; the message is one sentence naming it, its problem and an example."""


class BotSettings(BaseSettings):
    """What an operator can set, by environment variable or in `.env`."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    discord_token: SecretStr | None = None
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str = "wss://gateway.discord.gg/"
    database_url: str | None = None
    generation_url: str | None = None
    generation_token: SecretStr | None = None
    text_model: str = "smollm2"
    text_quant: Literal["none", "nf4"] = "none"
    picture_model: str = "renga"
    openai_url: str | None = None
    openai_model: str = ""
    openai_api_key: SecretStr | None = None
    data_dir: Path = Path(".renga")
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, le=65535)] = 8420
    sandbox_port: Annotated[int, Field(ge=0, le=65535)] = 8421
    allowed_guilds: Annotated[frozenset[int], NoDecode] = frozenset()
    pages: bool = True
    training: Literal["on", "off", "cluster"] = "on"
    ray_address: str = ""
    retrain: bool = False
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("discord_api_url", "generation_url", "openai_url")
    @classmethod
    def _http_address(cls, value: str | None) -> str | None:
        if value is not None:
            _address(value, ("http", "https"))
        return value.rstrip("/") if value else value

    @field_validator("openai_url")
    @classmethod
    def _no_key_in_it(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).username is not None:
            raise ValueError("it must be an address alone; a key goes into OPENAI_API_KEY")
        return value

    @field_validator("discord_gateway_url")
    @classmethod
    def _socket_address(cls, value: str) -> str:
        _address(value, ("ws", "wss"))
        return value

    @field_validator("database_url")
    @classmethod
    def _database_address(cls, value: str | None) -> str | None:
        known = ("sqlite", "sqlite+aiosqlite", "postgresql", "postgresql+asyncpg", "postgres")
        if value is not None and urlsplit(value).scheme not in known:
            raise ValueError("it must begin with sqlite:// or postgresql://")
        return value

    @field_validator("allowed_guilds", mode="before")
    @classmethod
    def _guild_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not all(part.isdecimal() for part in parts):
            raise ValueError("it must be server ids, digits only, separated by commas")
        return frozenset(int(part) for part in parts)

    @field_validator("training", mode="before")
    @classmethod
    def _switched(cls, value: object) -> object:
        """As any other switch is written, but for `cluster`."""
        told = str(value).strip().casefold()
        return {"true": "on", "yes": "on", "1": "on", "false": "off", "no": "off", "0": "off"}.get(told, told)

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def database(self) -> str:
        """The database's address: `DATABASE_URL`, else SQLite under `DATA_DIR`."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'renga.sqlite').absolute()}"

    @property
    def learns(self) -> str | None:
        """The model that may be trained; None where nothing is learnt."""
        return None if self.training == "off" else self.text_model

    @property
    def in_sandbox(self) -> bool:
        """Whether the bot has nowhere to go but a sandbox that it starts itself."""
        return self.discord_token is None


def read_settings() -> BotSettings:
    """Settings from the environment and `.env`.

    Raises:
        SettingsError: a value that cannot work.
    """
    try:
        return BotSettings()
    except ValidationError as error:
        raise SettingsError(sentence(error)) from None


def sentence(error: ValidationError) -> str:
    """One sentence for the first thing wrong: the setting, its value's problem, an example."""
    first = error.errors()[0]
    name = str(first["loc"][0]).upper()
    problem = first["msg"].removeprefix("Value error, ").strip()
    value = (
        ""
        if "TOKEN" in name or name in {"DATABASE_URL", "OPENAI_URL", "OPENAI_API_KEY"}
        else f" is {first['input']!r}, but"
    )
    example = EXAMPLES.get(name, "")
    return f"{name}{value or ' cannot be used:'} {problem[0].lower()}{problem[1:]}; for example: {name}={example}"


def _address(value: str, schemes: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise ValueError(f"it is not an address ({error})") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"it must be an address that begins with {schemes[0]}:// or {schemes[1]}://")
