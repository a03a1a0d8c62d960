"""Decoded JSON to the wire's frozen dataclasses, strictly: nothing unknown, nothing missing, nothing coerced."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class InvalidJobError(ValueError):
    """A message that breaks the vocabulary; its text is one sentence that can be shown to a person."""


def read(kind: type[T], data: object, where: str = "") -> T:
    """Build the dataclass `kind` from decoded JSON; fields with a default may be left out.

    Raises:
        InvalidJobError: an unknown or missing field, or a value of the wrong type.
    """
    if not isinstance(data, Mapping):
        raise InvalidJobError(f"{where.rstrip('.') or kind.__name__} must be an object.")
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(str(name) for name in set(data) - set(fields)):
        raise InvalidJobError(f"{where}{unknown[0][:60]} is not a field of {kind.__name__}.")
    hints = _hints(kind)  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _value(hints[name], data[name], f"{where}{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InvalidJobError(f"{where}{name} is missing.")
    return kind(**values)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _value(hint: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        if value not in typing.get_args(hint) or isinstance(value, bool):
            allowed = ", ".join(str(choice) for choice in typing.get_args(hint))
            raise InvalidJobError(f"{where} must be one of {allowed}.")
        return value
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in typing.get_args(hint):
            return None
        (inner,) = (choice for choice in typing.get_args(hint) if choice is not type(None))
        return _value(inner, value, where)
    if dataclasses.is_dataclass(hint):
        return read(typing.cast("type[Any]", hint), value, f"{where}.")
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise InvalidJobError(f"{where} must be a list.")
        inner, _ = typing.get_args(hint)
        return tuple(_value(inner, item, f"{where}[{n}]") for n, item in enumerate(value))
    if origin is dict:
        if not isinstance(value, Mapping):
            raise InvalidJobError(f"{where} must be an object.")
        _, inner = typing.get_args(hint)
        return {str(name): _value(inner, item, f"{where}.{name}") for name, item in value.items()}
    return _plain(hint, value, where)


def _plain(hint: Any, value: Any, where: str) -> Any:
    if hint is Any:
        return value
    if hint is float and type(value) in (int, float):
        try:
            number = float(value)
        except OverflowError:  # a whole number of hundreds of digits
            number = math.inf
        if not math.isfinite(number):
            raise InvalidJobError(f"{where} must be a finite number.")
        return number
    if type(value) is not hint:
        words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
        raise InvalidJobError(f"{where} must be {words[hint]}.")
    return value
