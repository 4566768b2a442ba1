"""Reads the rows of CSV results."""

import contextlib
import csv
import io
from collections.abc import Iterator
from typing import IO

from .._backends.long_fields import long_fields
from .._utils.temporary_files import reopen
from ..errors import DigitalExchangeError, InvalidResponseError


@contextlib.contextmanager
def open_rows(file: IO[bytes]) -> Iterator[Iterator[list[str]]]:
    """Read the rows of an open CSV result, the header included.

    Raises:
        InvalidResponseError: The rows are not those of a result.
    """
    try:
        with long_fields(), io.TextIOWrapper(reopen(file), "utf-8", newline="") as text:
            yield csv.reader(text)
    except DigitalExchangeError:
        raise
    except (csv.Error, ValueError, LookupError) as error:
        # The cause would expose a data value.
        message = f"the result file is not a CSV file with the result ({type(error).__name__})"
        raise InvalidResponseError(message) from None
