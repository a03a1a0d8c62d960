"""What a database driver raises, told in the studio's words."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from studio.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

OUR_FAULTS = (IntegrityError, ProgrammingError, DataError)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what says "not now" into StoreUnavailable; our own faults stay what they are."""
    try:
        yield
    except OUR_FAULTS:
        raise
    except DBAPIError as error:
        raise StoreUnavailable(f"The database cannot be used just now: {error.orig}.") from error
    except (PoolTimeout, OSError) as error:
        raise StoreUnavailable(f"The database cannot be used just now: {error}.") from error
