"""Cuts a code fence into its complete commands, so that a runbook's steps can be counted, judged and run."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from textwrap import dedent
from typing import NamedTuple

from sirenbook.playbook.text.document import Block, Fence, Items, Quote
from sirenbook.playbook.text.drawing import is_drawing
from sirenbook.playbook.text.fences import MARKDOWN, marks_of

_SHELL = ("bash", "sh", "shell", "zsh", "console", "shell-session", "terminal", "cmd", "bat")
_SQL = ("sql", "psql", "postgresql", "postgres", "mysql", "plpgsql")
_QUERY = ("promql", "logql", "query", "prometheus", "kql", "splunk", "spl")
_LANGUAGES = {
    **dict.fromkeys(_SHELL, "shell"),
    **dict.fromkeys(_SQL, "sql"),
    **dict.fromkeys(_QUERY, "query"),
    **dict.fromkeys(("python", "py", "python3"), "python"),
    **dict.fromkeys(("powershell", "ps1", "pwsh"), "powershell"),
}
_TOOLS = re.compile(
    r"^\s*(?:\$ |# )?(?:sudo |env )?(?:kubectl|curl|psql|aws|gcloud|az|docker|docker-compose|helm"
    r"|systemctl|journalctl|ssh|git|"
    r"terraform|redis-cli|mysql\w*|mongo\w*|grep|tail|cat|ps|top|df|du|free|netstat|ss|ping|dig|nslookup"
    r"|openssl|python3?|pg_\w+|"
    r"pm2|npx|yarn|pnpm|pip3?|cargo|composer|brew|apt(?:-get)?|yum|dnf|rsync|scp|lsof|iostat|vmstat|uptime|certbot|ufw"
    r"|supervisorctl|crontab|pkill|killall|sed|awk|sqlite3|clickhouse-client|etcdctl|argocd|flux|oc|eksctl|doctl|pulumi"
    r"|ansible(?:-playbook)?|firebase|netlify|railway|traceroute|mtr|tcpdump|strace|dmesg|lsblk|sysctl|php|sentry-cli|"
    r"npm|make|ls|cd|echo|kill|nginx|vercel|heroku|flyctl|fly|supabase|wrangler|gh|jq|wget|consul|vault"
    r"|nomad|istioctl|"
    r"kafka-\S+|rabbitmqctl|service|iptables|export|\./\S+)\b"
)
_OPTIONED = re.compile(
    r"^\s*(?:sudo )?[a-z][\w.-]*(?: [^\s-]\S*){0,3} --?[a-zA-Z][\w-]*(?:[\s=]|$)"
    r"|^\s*(?:rm|cp|mv|mkdir|chmod|chown|tar|find) \S*[-/~.*$]"
)
"""A program with an option, or one that works on files, with a path: what running text does not look like."""
_STATEMENT = re.compile(
    r"^\s*(?:SELECT|INSERT|UPDATE|DELETE|ALTER|CREATE|DROP|SHOW|EXPLAIN|VACUUM|ANALYZE|REINDEX|WITH|SET"
    r"|TRUNCATE|GRANT"
    r"|REVOKE|KILL)\b",
    re.IGNORECASE,
)
_SQL_ROW = re.compile(
    r"\s*(?:(?i:SELECT(?:\s(?!\s*\w+\s+in\b)|$)|INSERT INTO\s|UPDATE \S+(?: SET\b|$)|DELETE FROM\s"
    r"|(?:ALTER|CREATE|DROP|TRUNCATE) TABLE\s)|VACUUM\b|ANALYZE\b|EXPLAIN\s)"
)
"""What begins a statement that stands among shell commands, as people paste it for the session just opened."""
_WORDED = re.compile(r"\w|^[({]$")
_PRINTED = re.compile(
    r"""\s*(?:\[?\{\s*"|"[^"$]*"\s*:|HTTP/\d|[A-Za-z][\w-]*:(?:\s|$)|[A-Z]\w*(?: \w+){1,3}:(?:\s|$)"""
    r"""|\d{1,2}[.)]\s+[A-Z]|"[A-Z][\w-]*\s|\(?[A-Z][a-z]+(?=\s|$)(?!.*\s--?\w)|[-*•]\s+\S"""
    r"""|(?:OR|AND)$|//|[→➜⇒✓✔✗✘✅❌⚠•]|[-=]{1,2}>\s"""
    r"""|await\s|(?:export )?(?:const|let|import|function)\s|(?!db\.)[a-z]\w*(?:\.\w+)+\(.*\);?$)"""
)
"""What begins a row that no shell reads: an answer in JSON, what is expected, a sentence, another language."""
_STEP = re.compile(r"\s*\d{1,2}[.)]\s+[A-Z][a-z]+\s|\s+[-*•]\s+[A-Z][a-z]+\s")
"""What begins a row that says in words what the command beneath it is for: `1. Check the state:`."""
_LISTING = re.compile(
    r"""\s*[A-Z][A-Z()%_/-]+(?: [A-Z][A-Z()%_/-]+)*(?:\s{2,}[A-Z][A-Z()% _/-]*)+\s*"""
    r"""|[{\[]+\n\s*(?:\{|"[^"$]*"\s*:).*"""
)
"""What begins an answer that goes on to the next blank row: the names of its columns, or an object."""
_REMARK = re.compile(r"--[^\n]*|/\*.*?\*/|(?m:^\s*#\s[^\n]*)", re.DOTALL)
_SELECTOR = re.compile(r'^\s*(?:\w+\()*(?:[\w:]+)?\{\s*\w+\s*(?:=~?|!=|!~)\s*"')
_FUNCTION = re.compile(
    r"\s*(?:sum|avg|max|min|count|topk|bottomk|i?rate|increase|delta|deriv|absent|histogram_quantile)"
    r"\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\("
)
_WINDOW = re.compile(r"\[\d+[smhdw]\]|\{\w+\s*[=!]")
_OPENS = re.compile(
    r"(?:^\s*|[;&|]\s*|\b(?:do|then|else)\s+)(?:for|while|until|if|case|select(?=\s+\w+\s+in\b))\b|[{(]\[?\s*$"
)
_CLOSES = re.compile(r"(?:^\s*|[;&|]\s*)(?:done|fi|esac)\b|^\s*\]?[})]")
_NAMES_FUNCTION = re.compile(r"\s*(?:function\s+)?[\w-]+\s*\(\)\s*")
_GOES_ON = re.compile(r"\s*(?:\.\w+\(|&&|\|)")
"""A row that goes on with what the row before gave: a pipe, or a chain of calls of a client in another language."""
_HEREDOC = re.compile(r"(?<!<)<<-?\s*['\"]?([A-Za-z_]\w*)['\"]?")
_PROMPTED = re.compile(r"\s*(?:[\w.-]+@[\w.-]+[^\s$#]*[$#]|\$|PS [^>\s]*>) ")
_PROMPT = re.compile(
    r"^\s*PS [^>\s]*>\s+|^\s*[\w.-]+@[\w.-]+[^\s$#]*[$#]\s+(?=\S)|^\s*(?:[\w.@~:/-]*[$%>]|\$)\s+(?=\S)"
)


class Command(NamedTuple):
    """One complete command: its text, its language, and the line on which it begins."""

    text: str
    language: str
    line: int


def fences_of(block: Block) -> Iterator[Fence]:
    """The fences of a block, those in lists and quotes too."""
    match block:
        case Fence():
            yield block
        case Items():
            for inner in (b for item in block.items for b in item.blocks):
                yield from fences_of(inner)
        case Quote():
            for inner in block.blocks:
                yield from fences_of(inner)
        case _:
            return


def fences_within(fence: Fence) -> Iterator[Fence]:
    """The fences that a fence of Markdown holds."""
    begun, language = -1, ""
    rows = fence.text.split("\n")
    for number, mark in marks_of(rows):
        if begun < 0:
            begun, language = number, mark[2].lower()
        else:
            text = dedent("\n".join(rows[begun + 1 : number]))
            yield Fence(language, text, fence.line + begun + 1, fence.file)
            begun = -1


def is_worded(fence: Fence) -> bool:
    """Whether a fence holds a team's own words and no commands."""
    return fence.language in ("", "text", "txt") and not read_commands(fence)


@lru_cache(maxsize=4096)
def read_commands(fence: Fence) -> tuple[Command, ...]:
    """The commands of a fence; none if it holds configuration, output, a message or a drawing."""
    language = _LANGUAGES.get(fence.language) or ("" if fence.language else _guess(fence))
    if fence.language in MARKDOWN:
        return tuple(c for inner in fences_within(fence) for c in read_commands(inner))
    if language == "sql":
        return tuple(_statements(fence))
    if language == "python":
        return (Command(fence.text.strip(), language, fence.line),) if fence.text.strip() else ()
    if language in ("shell", "powershell"):
        return tuple(_shell(fence, language))
    return tuple(_expressions(fence)) if language == "query" else ()


def _guess(fence: Fence) -> str:
    """The language of an untagged fence, if what it holds are commands."""
    rows = [r for r in fence.text.split("\n") if r.strip() and not r.lstrip().startswith(("#", "--", "//"))]
    if not rows or is_drawing(fence):
        return ""
    if _STATEMENT.match(rows[0]):
        return "sql"
    if any(_PROMPTED.match(r) for r in rows):
        return "shell"
    if all(_SELECTOR.match(r) for r in rows) or (_FUNCTION.match(rows[0]) and _WINDOW.search(fence.text)):
        return "query"
    typed = [r for before, r in pairwise(["", *rows]) if not (_STEP.match(r) or before.endswith("\\"))] or rows
    known = sum(1 for r in typed if _TOOLS.match(r) or _OPTIONED.match(r) or _SQL_ROW.match(r))
    return "shell" if known * 2 >= len(typed) else ""


def _shell(fence: Fence, language: str) -> Iterator[Command]:
    """Complete shell commands: continued lines, open quotes, heredocs and compound statements are joined."""
    rows = fence.text.split("\n")
    prompted = any(_PROMPTED.match(r) for r in rows)
    printed = _printed(rows)
    pending: list[str] = []
    start, through = 0, -1
    state = _State("`" if language == "powershell" else "\\")
    for number, typed in enumerate(rows):
        if number <= through:
            continue
        row = _PROMPT.sub("", typed) if prompted else typed
        if not pending:
            if _is_silent(row) or (row == typed and (prompted or number in printed)):
                continue
            start = number
            if _SQL_ROW.match(row) and (statement := _statement_at(rows, number)):
                yield Command(statement, "sql", fence.line + number)
                through = number + statement.count("\n")
                continue
        pending.append(row)
        goes_on = number + 1 < len(rows) and _GOES_ON.match(rows[number + 1])
        if state.feed(row) and not goes_on:
            yield Command("\n".join(pending).strip(), language, fence.line + start)
            pending, state = [], _State(state.escape)
    if pending:
        yield Command("\n".join(pending).strip(), language, fence.line + start)


def _is_silent(row: str) -> bool:
    """Whether a row does nothing: it is blank, a remark, or no words."""
    bare = row.strip()
    return not _WORDED.search(bare) or bare.startswith(("#", "-- "))


def _printed(rows: Sequence[str]) -> frozenset[int]:
    """The numbers of the rows that a command printed, or that say what to expect of it."""
    found = set()
    listing = False
    for number, (row, after) in enumerate(pairwise([*rows, ""])):
        begins = _LISTING.fullmatch(row) or _LISTING.fullmatch(f"{row}\n{after}")
        listing = bool(begins) or (listing and not _is_silent(row))
        if listing or _PRINTED.match(row):
            found.add(number)
    return frozenset(found)


def _statement_at(rows: list[str], first: int) -> str:
    """The statement of SQL that begins in a row: up to its semicolon, or to the next blank row or the end."""
    taken = []
    for row in rows[first:]:
        if not row.strip() or row.lstrip().startswith("#"):
            break
        taken.append(row)
        if row.rstrip().endswith(";"):
            break
    return "\n".join(taken).strip()


class _State:
    """How far a shell command is from being complete."""

    def __init__(self, escape: str) -> None:
        self.escape = escape
        self.quote = ""
        self.depth = 0
        self.heredoc = ""

    def feed(self, row: str) -> bool:
        """Take one more line; whether the command is complete with it."""
        if self.heredoc:
            self.heredoc = "" if row.strip() == self.heredoc else self.heredoc
            return not self.heredoc and self.depth <= 0
        outside = self._outside(row)
        if self.quote:
            return False
        self.depth += len(_OPENS.findall(outside)) - len(_CLOSES.findall(outside))
        if "<<" in outside and (found := _HEREDOC.search(row)):
            self.heredoc = found[1]
            return False
        unfinished = outside.rstrip().endswith((self.escape, "|", "&&", "||")) or _NAMES_FUNCTION.fullmatch(outside)
        return self.depth <= 0 and not unfinished

    def _outside(self, row: str) -> str:
        """What of a line stands outside quotes; leaves `quote` set when one stays open."""
        kept: list[str] = []
        skip = False
        for place, char in enumerate(row):
            if skip:
                skip = False
            elif char == self.escape and self.quote != "'":
                skip = place + 1 < len(row)
                kept.extend([] if self.quote else ["_" if skip else char])
            elif self.quote:
                self.quote = "" if char == self.quote else self.quote
            elif char in "'\"":
                self.quote = char
                kept.append("_")
            elif char == "#" and (place == 0 or row[place - 1].isspace()):
                break
            else:
                kept.append(char)
        return "".join(kept)


def _statements(fence: Fence) -> Iterator[Command]:
    """SQL statements, cut at semicolons outside quotes; comments are none."""
    text = _REMARK.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), fence.text)
    start = 0
    for found in re.finditer(r"'(?:[^']|'')*'|\"[^\"]*\"|\$(\w*)\$.*?\$\1\$|;|\Z", text, re.DOTALL):
        if found[0] in (";", ""):
            piece = text[start : found.end()]
            if piece.strip(" \n\t;"):
                lead = len(piece) - len(piece.lstrip())
                yield Command(piece.strip(), "sql", fence.line + text.count("\n", 0, start + lead))
            start = found.end()


def _expressions(fence: Fence) -> Iterator[Command]:
    """Queries, one a paragraph or a line that does not continue the one before."""
    depth, open_ = 0, False
    for number, row in enumerate(fence.text.split("\n")):
        bare = row.strip()
        if not bare or bare.startswith(("#", "//")):
            continue
        if depth == 0 and not open_ and not re.match(r"(?:[-+*/%|]|and\b|or\b|unless\b|by\b|on\b|==|>|<)", bare):
            yield Command(bare, "query", fence.line + number)
        open_ = bool(re.search(r"(?:[-+*/%,]|\b(?:and|or|unless))$", bare))
        depth = max(0, depth + sum(bare.count(c) for c in "([{") - sum(bare.count(c) for c in ")]}"))
