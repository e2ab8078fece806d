"""Findings as JUnit's XML, which every CI server shows: a suite for each file, a failure for each finding."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from sirenbook.cli.findings import Found

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(found: Sequence[Found], playbooks: Sequence[Path]) -> str:
    """One document; a playbook without findings is one test that passed. Notes are told and do not fail."""
    files: dict[str, list[Found]] = {}
    for each in found:
        files.setdefault(each.at.path, []).append(each)
    for path in playbooks:
        if not any(Path(name) == path or Path(name).parent == path for name in files):
            files[path.as_posix()] = []
    suites = [_suite(name, mine) for name, mine in files.items()]
    counts = _counts(found, sum(max(len(mine), 1) for mine in files.values()))
    head = f'<testsuites name="sirenbook lint"{counts}>'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>"])


def _suite(name: str, found: Sequence[Found]) -> str:
    well = f'    <testcase classname={_attribute(name)} name="lint"/>'
    tests = [_finding(name, each) for each in found] or [well]
    head = f"  <testsuite name={_attribute(name)}{_counts(found, len(tests))}>"
    return "\n".join([head, *tests, "  </testsuite>"])


def _counts(found: Sequence[Found], tests: int) -> str:
    failures = sum(f.diagnostic.grade != "note" for f in found)
    return f' tests="{tests}" failures="{failures}" errors="0"'


def _finding(name: str, found: Found) -> str:
    said = found.diagnostic
    title = f"{said.code} {found.at}" if found.at.line else said.code
    lines = f' file={_attribute(name)} line="{found.at.line}"' if found.at.line else ""
    head = f"    <testcase classname={_attribute(name)} name={_attribute(title)}{lines}>"
    body = _text(f"{found.at}: {said.grade} {said.code}: {said.text}\n{found.told.why}\n{said.help}")
    if said.grade == "note":
        inner = f"<system-out>{body}</system-out>"
    else:
        inner = f"<failure type={_attribute(said.code)} message={_attribute(said.text)}>{body}</failure>"
    return f"{head}\n      {inner}\n    </testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
