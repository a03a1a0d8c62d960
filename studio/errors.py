"""What can go wrong in the studio, as one tree.

    StudioError
    ├── Refusal             a rule says no; the sentence is for the member
    └── StoreError          the database
        ├── BadAddressError     its address makes no sense
        ├── SchemaError         it was made by a newer Renga, or by something else
        └── StoreUnavailable    locked, full, gone or read-only just now

Every message is one sentence. A `Refusal` is said to the member as it is; the others are for the operator.
"""

from __future__ import annotations


class StudioError(Exception):
    """The root of everything that the studio raises on purpose."""


class Refusal(StudioError):  # noqa: N818 - an answer to a member, not a fault
    """A rule says no; `str()` is the one sentence that tells the member why."""


class StoreError(StudioError):
    """The database cannot do what was asked."""


class BadAddressError(StoreError):
    """The database's address makes no sense; the message never repeats its password."""


class SchemaError(StoreError):
    """The database holds a schema that this version does not know."""


class StoreUnavailable(StoreError):  # noqa: N818 - a state that passes, named as its readers say it
    """The database is locked, full, gone or read-only; nothing of the attempt was kept."""
