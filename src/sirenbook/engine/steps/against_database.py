"""Has a database say which of a playbook's SQL it would refuse: it parses each statement, and runs none."""

import re
from collections.abc import Iterator, Sequence

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus

from sirenbook.model.diagnostic import Diagnostic
from sirenbook.model.provenance import Provenance
from sirenbook.playbook.safety.sql_questions import Question, questions

_QUIET = "set default_transaction_read_only = on; set statement_timeout = '5s'; set lock_timeout = '1s'"
_NO_FAULT = frozenset({"42P18", "42P02", "25006"})
"""A placeholder whose type only its value tells, and what a read-only connection says of a change."""


class Unreachable(Exception):
    """What was to be asked does not answer; the text says why."""


def against_database(dsn: str, commands: Sequence[tuple[str, str, Provenance]]) -> tuple[Diagnostic, ...]:
    """What the database at a DSN refuses of commands, each given as text, language and place."""
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
            connection.execute(_QUIET)
            named = connection.info.dbname
            return tuple(
                d for text, language, at in commands for d in _refused(connection, named, text, language, at)
            )
    except psycopg.Error as error:
        raise Unreachable(" ".join(str(error).split())) from error


def _refused(
    connection: psycopg.Connection[tuple[object, ...]], named: str, text: str, language: str, at: Provenance
) -> Iterator[Diagnostic]:
    for question in questions(text, language):
        if question.database in (None, named) and (said := _parsed(connection, question)):
            yield Diagnostic(
                "SB491",
                "error",
                f"The database {named} refuses this SQL: {said}.",
                "Mend the statement, or name the database that it is for.",
                at,
            )


def _parsed(connection: psycopg.Connection[tuple[object, ...]], question: Question) -> str:
    """What PostgreSQL says against a statement when it parses it; a parsed statement is not run."""
    answer = connection.pgconn.prepare(b"", question.text.encode())
    if answer.status != ExecStatus.FATAL_ERROR:
        return ""
    state = (answer.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    said = (answer.error_field(DiagnosticField.MESSAGE_PRIMARY) or b"").decode("utf-8", "replace")
    return "" if state in _NO_FAULT else re.sub(r"\s+", " ", said)[:200]
