"""The file system: paths, and what is done with what they lead to."""

import os
import tempfile
import weakref
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]  # fsspec's own lack
from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # fsspec's own lack
from fsspec.utils import isfilelike  # type: ignore[import-untyped]  # fsspec's own lack

from .._door import DEFAULT_RETRIES, DEFAULT_TIMEOUT
from .._generated.fragments import DataStoreFile
from .._io import run
from .._paths import SEPARATOR
from .._ranges import RangedFile
from ..data_store_contents import keeps_extension
from ..errors import NotFoundError
from ..exchange import AvistaDigitalExchange
from . import _errors
from ._entries import ROOT, Info, describe_contents, describe_store, describe_stores
from ._errors import asking_for
from ._reader import StoreFileReader
from ._writer import StoreFileWriter

LISTING_LIFETIME = 30.0
"""Seconds for which a listing is believed; what others change in the meantime shows afterwards."""
