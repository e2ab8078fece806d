"""Findings as GitHub takes them: workflow commands for the log, SARIF 2.1.0 for code scanning."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from os.path import normpath
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sirenbook.cli.findings import Found, Region
from sirenbook.cli.plain import plain
from sirenbook.playbook.codes import CODES

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_PAGE = "https://github.com/sirenbook/sirenbook/blob/main/docs/diagnostics.md"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def commands(found: Sequence[Found]) -> Iterator[str]:
    """One workflow command for each finding."""
    for each in found:
        said = each.diagnostic
        place = {"file": below_here(each.at.path)}
        if each.at.line:
            place |= {"line": str(each.at.line), "col": str(each.at.column)}
            place |= {"endColumn": str(each.at.end)} if each.at.end > each.at.column else {}
        place["title"] = f"{said.code}: {each.told.title}"
        properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
        yield f"::{_COMMANDS[said.grade]} {properties}::{_escaped(f'{said.text} {said.help}')}"


def _escaped(text: str) -> str:
    """Text that neither ends a command nor begins another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def sarif(found: Sequence[Found]) -> dict[str, Any]:
    """The findings as one SARIF run; its rules are the codes that occur."""
    used = sorted({f.diagnostic.code for f in found})
    numbers = {code: number for number, code in enumerate(used)}
    seen: Counter[str] = Counter()
    driver = {
        "name": "Sirenbook",
        "semanticVersion": version("sirenbook"),
        "informationUri": _PAGE,
        "rules": [_rule(code) for code in used],
    }
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, numbers, seen) for each in found],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    told = CODES[code]
    sample = f"\n\n```\n{told.example.rstrip()}\n```" if told.example else ""
    return {
        "id": code,
        "name": code,
        "shortDescription": {"text": _sentence(told.title)},
        "fullDescription": {"text": told.why},
        "help": {
            "text": f"{told.why}\n\n{told.mend}",
            "markdown": f"{told.why}{sample}\n\n**Mend:** {told.mend}",
        },
        "helpUri": _PAGE,
        "defaultConfiguration": {"level": told.grade},
        "properties": {"tags": ["incident-response"], "problem.severity": _severity(told.grade)},
    }


def _sentence(title: str) -> str:
    return f"{title[0].upper()}{title[1:]}."


def _severity(grade: str) -> str:
    """The grade in GitHub's words."""
    return "recommendation" if grade == "note" else grade


def _result(found: Found, numbers: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    said = found.diagnostic
    result = {
        "ruleId": said.code,
        "ruleIndex": numbers[said.code],
        "level": said.grade,
        "message": {"text": f"{said.text} {said.help}"},
        "locations": [{"physicalLocation": _location(found.at)}],
        "partialFingerprints": {"sirenbook/v1": _fingerprint(found, seen)},
    }
    if found.also:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _location(region)} for number, region in enumerate(found.also, 1)
        ]
    return result


def _location(region: Region) -> dict[str, Any]:
    """A place; a finding that no line states is shown at the top of its file, where alone it can be shown."""
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(region.path)}, "region": {"startLine": 1}}
    if region.line:
        place["region"] = {
            "startLine": region.line,
            "startColumn": region.column,
            "endColumn": max(region.end, region.column),
        }
        if region.source.strip():
            place["region"]["snippet"] = {"text": plain(region.source[region.column - 1 : region.end - 1])}
    return place


def below_here(path: str) -> str:
    """A path below the present folder, which in CI is the checkout; as it was given where it lies elsewhere."""
    full, here = Path(normpath(Path(path).absolute())), Path.cwd()
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else path


def _uri(path: str) -> str:
    below = below_here(path)
    return Path(below).as_uri() if Path(below).is_absolute() else quote(below)


def _fingerprint(found: Found, seen: Counter[str]) -> str:
    """What stays the same when lines are added above: code, file, the line's words, and which one of several."""
    said = found.diagnostic
    words = " ".join(found.at.source.split()) or said.text
    key = "\0".join((said.code, _uri(found.at.path), words, said.at.quote))
    seen[key] += 1
    return hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "replace")).hexdigest()[:32]
