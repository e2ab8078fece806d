"""Arrays arrive in PostgreSQL as they were packed, with their types, nulls and extremes."""

from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest

from sirenbook.store.arrays import bigints, blobs, booleans, integers, smallints, texts, times

MOMENT = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)
COLUMNS = [
    (texts, "text[]", ["", "a", None, "ä😀\n", "x" * 70_000]),
    (blobs, "bytea[]", [b"", b"\x00\xff" * 16]),
    (smallints, "smallint[]", [0, -1, 32_767]),
    (integers, "integer[]", [1, 2**31 - 1, -(2**31)]),
    (bigints, "bigint[]", [1, 2**63 - 1, -(2**63)]),
    (booleans, "boolean[]", [True, False]),
    (
        times,
        "timestamp with time zone[]",
        [MOMENT, None, datetime(1999, 1, 1, tzinfo=UTC), MOMENT.astimezone(timezone(timedelta(hours=5)))],
    ),
]


@pytest.mark.parametrize(("pack", "kind", "values"), COLUMNS)
def test_values_arrive_whole_with_their_type(database, pack, kind, values):
    with psycopg.connect(database) as connection:
        row = connection.execute("select %b, pg_typeof(%b)::text", (pack(values), pack(values))).fetchone()
        assert row == (values, kind)
        assert connection.execute("select %b", (pack([]),)).fetchone() == ([],)


def test_a_generator_will_do(database):
    with psycopg.connect(database) as connection:
        assert connection.execute("select %b", (texts(t for t in "ab"),)).fetchone() == (["a", "b"],)


def test_what_is_no_text_is_refused_before_it_is_sent():
    with pytest.raises(ValueError):
        texts(["\ud800"])
