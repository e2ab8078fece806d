"""Columns of values as binary arrays of PostgreSQL, each of one type for ever.

The driver would look at every element several times, and choose the type of numbers by their size: a statement
would be prepared once for small ids and again for large ones.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any, ClassVar

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_head = Struct(">iiIii").pack
_length = Struct(">i").pack
_smallint = Struct(">ih").pack
_integer = Struct(">ii").pack
_bigint = Struct(">iq").pack
_boolean = Struct(">i?").pack
_NULL = _length(-1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Packed(bytes):
    """An array that is ready to be sent."""

    oid: ClassVar[int]


class Booleans(Packed):
    """An array of boolean."""

    oid = 1000


class Blobs(Packed):
    """An array of bytea."""

    oid = 1001


class Smallints(Packed):
    """An array of smallint."""

    oid = 1005


class Integers(Packed):
    """An array of integer."""

    oid = 1007


class Texts(Packed):
    """An array of text."""

    oid = 1009


class Bigints(Packed):
    """An array of bigint."""

    oid = 1016


class Times(Packed):
    """An array of timestamptz."""

    oid = 1185


class _PackedDumper(Dumper):
    """Hands a packed array to the driver as it is."""

    format = Format.BINARY

    def __init__(self, cls: type[Packed], context: Any = None) -> None:
        super().__init__(cls, context)
        self.oid = cls.oid

    def dump(self, obj: Packed) -> Packed:
        return obj


for _kind in (Booleans, Blobs, Smallints, Integers, Texts, Bigints, Times):
    psycopg.adapters.register_dumper(_kind, _PackedDumper)


def texts(values: Iterable[str | None]) -> Texts:
    """Texts; None is null."""
    return Texts(_varying([None if v is None else v.encode() for v in values], 25))


def blobs(values: Sequence[bytes]) -> Blobs:
    """Bytes."""
    return Blobs(_varying(values, 17))


def smallints(values: Sequence[int]) -> Smallints:
    """Numbers of 16 bits."""
    return Smallints(_fixed([_smallint(2, v) for v in values], 21))


def integers(values: Sequence[int]) -> Integers:
    """Numbers of 32 bits."""
    return Integers(_fixed([_integer(4, v) for v in values], 23))


def bigints(values: Iterable[int]) -> Bigints:
    """Numbers of 64 bits."""
    return Bigints(_fixed([_bigint(8, v) for v in values], 20))


def booleans(values: Sequence[bool]) -> Booleans:
    """Truths."""
    return Booleans(_fixed([_boolean(1, v) for v in values], 16))


def times(values: Iterable[datetime | None]) -> Times:
    """Instants; None is null."""
    parts = [_NULL if v is None else _bigint(8, (v - _EPOCH) // _MICROSECOND) for v in values]
    return Times(_fixed(parts, 1184))


def _varying(values: Sequence[bytes | None], element: int) -> bytes:
    parts = []
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts.append(_length(len(value)))
            parts.append(value)
    return _begin(len(values), element) + b"".join(parts)


def _fixed(parts: Sequence[bytes], element: int) -> bytes:
    return _begin(len(parts), element) + b"".join(parts)


def _begin(count: int, element: int) -> bytes:
    """The head of an array of one dimension that may hold nulls; an empty one has no dimension."""
    return _head(1, 1, element, count, 1) if count else _head(0, 0, element, 0, 0)[:12]
