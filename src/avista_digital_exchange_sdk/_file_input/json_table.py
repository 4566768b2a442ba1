"""JSON as tables: results of the platform, arrays of objects, and one object per line."""

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, Any

from .problems import Problems, fail, quote
from .sources import Source
from .tables import ROWS_PER_CHUNK, Chunk, Column, Understanding, to_chunk

_RESULT_KEYS = {"assetId", "attributes"}
_LONG = ("assetId", "name", "timestamp", "attribute", "value")
# The first keys of the rows of an IoT query.
_ROW_KEYS = ("iotEndpointId", "name", "timestamp")
_SAMPLE_OBJECTS = 1000
# Constants that are not part of JSON, but written by many programs such as Python's `json`.
_CONSTANT_NAMES = (b"NaN", b"Infinity")
# The strings of JSON text and the constants between them; a string may end in the next block.
_STRING_OR_CONSTANT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:NaN|Infinity)', re.DOTALL)
# Escapes, those of two halves of a character together; a half alone is a group.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(u[dD][89a-fA-F]\w\w)|.)", re.DOTALL
)
_ESCAPES_BYTES = 12
_BLOCK_BYTES = 1 << 16
# The platform accepts no longer strings.
_MAX_STRING_BYTES = 1 << 24


def open_json_table(source: Source) -> "ResultTable | ObjectTable":
    """Open a JSON file as a table of its kind."""
    _check_surrogates(source)
    objects = _Objects(source)
    first = next(iter(objects), None)
    if first is None:
        raise fail(source.label, "has no rows")
    _, value = first
    if isinstance(value, dict) and value.keys() >= _RESULT_KEYS:
        return ResultTable(source)
    return ObjectTable(source)


class ResultTable:
    """A result of the platform: assets, each with its attributes, types and values.

    Args:
        source: The file.
    """

    line_word = "value"

    def __init__(self, source: Source) -> None:
        self._source = source
        self.columns: Sequence[Column] = [Column(name) for name in _LONG]
        self.understanding = Understanding(
            {"content": "assets with their data"}, is_own_result=True
        )

    def chunks(self, problems: Problems) -> Iterator[Chunk]:
        """Read all values, one per row."""
        rows: list[list[str | None]] = []
        number = 1
        for row in self._rows():
            rows.append(row)
            if len(rows) == ROWS_PER_CHUNK:
                yield to_chunk(range(number, number + len(rows)), rows, len(_LONG))
                number += len(rows)
                rows = []
        yield to_chunk(range(number, number + len(rows)), rows, len(_LONG))

    def _rows(self) -> Iterator[list[str | None]]:
        """Read values in the order of the file; those of an attribute may precede its name."""
        heads = self._heads()
        import ijson

        position = (-1, -1)
        point: dict[str, Any] = {}
        with _open(self._source) as file:
            for prefix, event, value in _parse(ijson, file, self._source):
                if prefix == "item" and event == "start_map":
                    position = (position[0] + 1, -1)
                elif prefix == "item.attributes.item" and event == "start_map":
                    position = (position[0], position[1] + 1)
                elif prefix.startswith("item.attributes.item.data.item."):
                    point[prefix.rpartition(".")[2]] = value
                elif prefix == "item.attributes.item.data.item" and event == "end_map":
                    asset, name, attribute = heads[position]
                    yield [asset, name, point.get("timestamp"), attribute, point.get("value")]
                    point = {}

    def _heads(self) -> dict[tuple[int, int], tuple[str, str | None, str]]:
        """Map each position in the file to its asset, name and attribute, and store types."""
        import ijson

        assets: list[dict[str, Any]] = []
        attributes: list[list[dict[str, Any]]] = []
        with _open(self._source) as file:
            for prefix, event, value in _parse(ijson, file, self._source):
                if prefix == "item" and event == "start_map":
                    assets.append({})
                    attributes.append([])
                elif prefix == "item.attributes.item" and event == "start_map":
                    attributes[-1].append({})
                elif prefix in ("item.assetId", "item.name"):
                    assets[-1][prefix[5:]] = value
                elif prefix in (
                    "item.attributes.item.name",
                    "item.attributes.item.attributeType",
                ):
                    attributes[-1][-1][prefix[21:]] = value
        for own in attributes:
            for entry in own:
                self.understanding.attribute_types[str(entry.get("name"))] = str(
                    entry.get("attributeType")
                )
        return {
            (number, index): (asset.get("assetId", ""), asset.get("name"), entry.get("name", ""))
            for number, (asset, own) in enumerate(zip(assets, attributes, strict=True))
            for index, entry in enumerate(own)
        }


class ObjectTable:
    """Objects with the same keys, one per row.

    Args:
        source: The file.
    """

    line_word = "object"

    def __init__(self, source: Source) -> None:
        self._source = source
        names: dict[str, None] = {}
        for number, value in _Objects(source):
            if not isinstance(value, dict):
                raise fail(
                    source.label,
                    f"must contain an array of objects, got {quote(json.dumps(value))}",
                )
            names |= dict.fromkeys(value)
            if number >= _SAMPLE_OBJECTS:
                break
        if not names:
            raise fail(source.label, "has no rows of values")
        self._names = list(names)
        self.columns: Sequence[Column] = [Column(name) for name in self._names]
        is_result = tuple(self._names[: len(_ROW_KEYS)]) == _ROW_KEYS
        self.understanding = Understanding({"content": "objects"}, is_own_result=is_result)

    def chunks(self, problems: Problems) -> Iterator[Chunk]:
        """Read all objects."""
        numbers: list[int] = []
        rows: list[list[str | None]] = []
        for number, value in _Objects(self._source):
            if unknown := value.keys() - set(self._names):
                problems.add(
                    f"has the key {sorted(unknown)[0]!r}, which the first objects do not have; "
                    "use the same keys in all objects",
                    line=number,
                    key="members",
                )
            numbers.append(number)
            rows.append([self._cell(value.get(n), n, number, problems) for n in self._names])
            if len(rows) == ROWS_PER_CHUNK:
                yield to_chunk(numbers, rows, len(self._names))
                numbers, rows = [], []
        yield to_chunk(numbers, rows, len(self._names))

    def _cell(self, value: Any, name: str, number: int, problems: Problems) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, (int, Decimal)):
            return str(value)
        problems.add(
            "contains an array or an object; use a key for each value",
            line=number,
            column=name,
            key=("nested", name),
        )
        return None


class _Objects:
    """Iterate over the objects of a file: those of an array, or one per line."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        if self._source.head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
            import ijson

            with _open(self._source) as file:
                for number, value in enumerate(_items(ijson, file, self._source), 1):
                    self._check_keys(value, f"{self._source.label}, object {number}")
                    yield number, value
            return
        with self._source.open() as file:
            for number, line in enumerate(file, 1):
                if text := line.removeprefix(codecs.BOM_UTF8).strip():
                    value = self._parse_line(text, number)
                    self._check_keys(value, f"{self._source.label}, line {number}")
                    yield number, value

    @staticmethod
    def _check_keys(value: Any, where: str) -> None:
        if isinstance(value, _Object) and value.repeated is not None:
            raise fail(where, f"has the key {value.repeated!r} twice; name each value differently")

    def _parse_line(self, text: bytes, number: int) -> Any:
        try:
            return json.loads(
                text, parse_float=Decimal, parse_constant=str, object_pairs_hook=_Object.create
            )
        except ValueError:
            raise fail(
                self._source.label,
                f"is not a JSON object, got {quote(text.decode('utf-8', 'replace'))}; the file "
                "must contain an array of objects, or one object per line",
                number,
            ) from None


class _Object(dict[str, Any]):
    """An object of JSON.

    Attributes:
        repeated: A key that it has more than once, of which a dictionary keeps the last value.
    """

    repeated: str | None = None

    @classmethod
    def create(cls, pairs: Sequence[tuple[str, Any]]) -> "_Object":
        """Create an object of keys and values."""
        created = cls()
        for key, value in pairs:
            created[key] = value
        return created

    def __setitem__(self, key: str, value: Any) -> None:
        """Add a value."""
        if key in self:
            self.repeated = key
        super().__setitem__(key, value)


class _QuotedConstants:
    """A file of JSON whose NaN and Infinity are read as strings, as `json.loads` can.

    Args:
        file: The file.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._blocks = self._read_blocks()

    def read(self, size: int = -1) -> bytes:
        """Read the next block of any size; empty at the end."""
        return next(self._blocks, b"") if size else b""

    def _read_blocks(self) -> Iterator[bytes]:
        rest = b""
        while block := self._file.read(_BLOCK_BYTES):
            text = rest + block
            end = self._find_end(text)
            rest = text[end:]
            if len(rest) > _MAX_STRING_BYTES:
                break
            if end:
                yield _STRING_OR_CONSTANT.sub(_quote_constant, text[:end])
        if rest:
            yield _STRING_OR_CONSTANT.sub(_quote_constant, rest)

    @staticmethod
    def _find_end(text: bytes) -> int:
        """Find the last position that cuts off neither a string nor a constant."""
        end = 0
        for found in _STRING_OR_CONSTANT.finditer(text):
            end = found.end()
        begin = text.find(b'"', end)
        longest = max(map(len, _CONSTANT_NAMES)) + 1
        return begin if begin >= 0 else max(end, len(text) - longest)


def _quote_constant(found: re.Match[bytes]) -> bytes:
    text = found[0]
    return text if text.startswith(b'"') else b'"%s"' % text


@contextmanager
def _open(source: Source) -> Iterator["IO[bytes] | _QuotedConstants"]:
    """Open a file without a byte order mark and constants, which JSON does not allow."""
    has_constants = _has_constants(source)
    with source.open() as file:
        if source.head.startswith(codecs.BOM_UTF8):
            file.read(len(codecs.BOM_UTF8))
        yield _QuotedConstants(file) if has_constants else file


def _has_constants(source: Source) -> bool:
    last = b""
    with source.open() as file:
        while block := file.read(_BLOCK_BYTES):
            text = last + block
            if any(name in text for name in _CONSTANT_NAMES):
                return True
            last = text[-8:]
    return False


def _check_surrogates(source: Source) -> None:
    """Refuse halves of characters, which are written as an escape and have no other half."""
    rest = b""
    with source.open() as file:
        while block := file.read(_BLOCK_BYTES):
            text = rest + block
            # Escapes are read from the left, but none that may go on in the next block.
            end = max(len(text) - _ESCAPES_BYTES, 0)
            if b"\\u" in text:
                for found in _ESCAPE.finditer(text):
                    if found.start() >= end:
                        break
                    _check_escape(source, found)
                    end = max(end, found.end())
            rest = text[end:]
    for found in _ESCAPE.finditer(rest):
        _check_escape(source, found)


def _check_escape(source: Source, found: re.Match[bytes]) -> None:
    if found[1]:
        raise fail(
            source.label,
            f"contains {found[0].decode()}, which is half of a character; replace it",
        )


def _parse(ijson: Any, file: Any, source: Source) -> Iterator[Any]:
    try:
        yield from ijson.parse(file)
    except (ijson.JSONError, ValueError) as error:
        raise _json_error(source, error) from None


def _items(ijson: Any, file: Any, source: Source) -> Iterator[Any]:
    try:
        yield from ijson.items(file, "item", map_type=_Object)
    except (ijson.JSONError, ValueError) as error:
        raise _json_error(source, error) from None


def _json_error(source: Source, error: Exception) -> Exception:
    kind = type(error).__name__
    return fail(source.label, f"is not JSON, or is truncated ({kind}); obtain it again")
