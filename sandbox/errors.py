"""What goes wrong in the sandbox, and how it is told.

SandboxError
├── ApiError       what Discord would answer the bot: status, code, message
├── ControlError   what a person, a script or a test is told: status and one sentence
├── StartError     the server cannot start; one sentence for the person who started it
└── CommandError   the command line refuses; one sentence, and the exit status
"""

from __future__ import annotations

from typing import Any


class SandboxError(Exception):
    """The root of this package's errors."""


class ApiError(SandboxError):
    """An answer other than success, in Discord's words."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """`errors` is Discord's tree of field errors; `extra` are further keys of the answer."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.extra = extra or {}

    def json(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body | self.extra


class ControlError(SandboxError):
    """A request of the people's side that cannot be done."""

    def __init__(self, status: int, sentence: str) -> None:
        """`status` is the HTTP status, `sentence` what the person reads."""
        super().__init__(sentence)
        self.status = status


class StartError(SandboxError):
    """The server cannot start."""


class CommandError(SandboxError):
    """The command line cannot do what it was asked."""

    def __init__(self, sentence: str, exit_status: int = 2) -> None:
        """`exit_status`: 1 where the bot did not do it, 2 where it could not be asked."""
        super().__init__(sentence)
        self.exit_status = exit_status


def invalid_form(path: str, code: str, message: str) -> ApiError:
    """Discord's "Invalid Form Body"; `path` names the field, as in `embeds.0.title`."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(path.split(".")):
        errors = {part: errors}
    return ApiError(400, 50035, "Invalid Form Body", errors=errors)


def too_long(path: str, limit: int) -> ApiError:
    """A text over its limit, in characters."""
    return invalid_form(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def bad_length(path: str, low: int, high: int) -> ApiError:
    """A text or list outside of its limits."""
    return invalid_form(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")


def required(path: str) -> ApiError:
    """A field that is missing."""
    return invalid_form(path, "BASE_TYPE_REQUIRED", "This field is required")


def invalid_asset() -> ApiError:
    """A picture that Discord cannot use: of a wrong kind or size, or broken."""
    return ApiError(400, 50046, "Invalid Asset")


def unknown(what: str, code: int) -> ApiError:
    """Discord's 404: `unknown("Message", 10008)`."""
    return ApiError(404, code, f"Unknown {what}")


def missing_access() -> ApiError:
    """The bot may not even see it."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """The bot sees it but may not do that."""
    return ApiError(403, 50013, "Missing Permissions")
