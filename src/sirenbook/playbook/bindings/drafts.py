"""Drafts bindings for a playbook that has none: a starter file to fill in, and invented people for a demo."""

import json
import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256

import msgspec

from sirenbook.model.bindings import Answerer, Bindings, ContactMethod, Person, fold
from sirenbook.model.policy import Level, Policy
from sirenbook.playbook.bindings.reachability import distinct_targets

_NAMES = (
    "Amara Diallo", "Anneke Visser", "Ravi Menon", "Sofía Herrera", "Kofi Mensah", "Mei-Ling Chen",
    "Tomasz Nowak", "Leila Haddad", "Oisín Byrne", "Yuki Tanaka", "Zeynep Kaya", "Mateus Oliveira",
    "Freya Lindqvist", "Arjun Patel", "Nia Okonkwo", "Pavel Horák", "Camille Laurent", "Hana Kim",
    "Diego Fuentes", "Aroha Ngata", "Elif Demir", "Samuel Tesfaye", "Ingrid Solberg", "Noor Rahman",
    "Luca Moretti", "Thandi Nkosi", "Minh Tran", "Katya Petrenko", "Omar Farouk", "Maya Rosen",
    "Jonas Weber", "Priya Nair", "Keanu Kealoha", "Beatriz Santos", "Rowan Hughes", "Fatima Zahra",
    "Anders Holm", "Chidi Eze", "Lucía Vargas", "Wren Takahashi",
)  # fmt: skip
_LABELS = ("critical", "error", "warning", "info")


def demo_bindings(policy: Policy, bindings: Bindings) -> Bindings:
    """The bindings with an invented person for every target that reaches nobody, mailing into a folder."""
    people, targets = dict(bindings.people), dict(bindings.targets)
    for target in distinct_targets(policy):
        if bindings.everyone(target):
            continue
        person = _invented(target, people)
        people[person.id] = person
        targets[fold(target)] = (person.id,)
    email = bindings.channels.get("email", {})
    mail = email if {"host", "folder"} & email.keys() else {**email, "folder": "mail"}
    channels = {**bindings.channels, "email": mail}
    first = bindings.fallback if bindings.last_resort else _first(policy, targets, people)
    return msgspec.structs.replace(bindings, people=people, targets=targets, channels=channels, fallback=first)


def _first(policy: Policy, targets: dict[str, tuple[Answerer, ...]], people: dict[str, Person]) -> tuple[str, ...]:
    """Whom the playbook would page first, or anybody."""
    bound = (i for target in policy.targets for i in targets.get(fold(target), ()))
    ids = [i for i in bound if isinstance(i, str)]
    return tuple([i for i in (*ids, *people) if i in people and people[i].methods][:1])


def _invented(target: str, people: dict[str, Person]) -> Person:
    """A person for a target: the same one each time, unless the name is taken already."""
    id_ = base = _slug(target)
    number = 1
    while id_ in people:
        number += 1
        id_ = f"{base}-{number}"
    taken = {p.name for p in people.values()}
    start = int.from_bytes(sha256(fold(target).encode()).digest()[:4]) % len(_NAMES)
    names = _NAMES[start:] + _NAMES[:start]
    name = next((n for n in names if n not in taken), f"{names[0]} {len(taken)}")
    return Person(id=id_, name=name, methods=(ContactMethod("email", f"{id_}@demo.invalid"),))


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "person"


def toml_for(policy: Policy) -> str:
    """A starter sirenbook.toml for a playbook: every name that it pages, with the line that does, to fill in."""
    parts = (_HEAD, _targets(policy), _labels(policy), _TAIL, _answers(policy))
    return "\n".join(part for part in parts if part)


_HEAD = """\
# Who the names in the playbook are, and how to reach them. Remove the "# " of a line to use it.
# Whom to page when a name below reaches nobody. This line must stay above the first [table].
# fallback = ["mira"]

# [people.mira]
# name = "Mira Okafor"
# contact = [
#   {channel = "email", to = "mira@example.org"},
#   {channel = "ntfy", to = "a-topic-nobody-guesses", after = "2m"},
# ]

[channels.email]
folder = "mail"  # mail is written here as files; for real mail: host = "smtp.example.org", from = "…"
"""

_TAIL = """\
[business_hours]
zone = "UTC"
days = "Mon-Fri"
hours = "09:00-17:00"
"""


def _targets(policy: Policy) -> str:
    lines = ["# Each name of the playbook, as it is written there, and the people who answer to it.", "[targets]"]
    for target in distinct_targets(policy):
        lines += [f"# {use}" for use in _uses(policy, target)]
        lines += [f'# {_quoted(target)} = "mira"', ""]
    return "\n".join(lines)


def _uses(policy: Policy, target: str) -> Iterator[str]:
    """What the playbook does with a target, a line for each place that says so."""
    name = fold(target)
    if name in map(fold, policy.on_call):
        yield f"on call ({policy.on_call_why})"
    for level in policy.levels:
        if name in map(fold, level.who):
            yield f"{_manner(level)} {level.severity or 'any severity'} {_wait(level)} ({level.why})"
    if policy.backup and name == fold(policy.backup):
        yield f"backup ({policy.backup_why or policy.on_call_why})"


def _manner(level: Level) -> str:
    return {"page": "paged for", "notify": "told of", "ticket": "gets a ticket for"}[level.manner]


def _wait(level: Level) -> str:
    if level.after is None:
        return "by hand"
    if level.after == 0:
        return "at once"
    hours, rest = divmod(level.after, 3600)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest / 60:g} min"] * bool(rest)
    return f"after {' '.join(parts)} unless {level.until}"


def _labels(policy: Policy) -> str:
    """Which value of the alerts' severity label means which severity of the playbook."""
    if not policy.severities:
        return ""
    ranked = sorted(policy.severities, key=lambda s: s.rank)
    lines = ["# Values of the label `severity` of your alerts.", "[labels.severity]"]
    lines += [
        f"# {label} = {_quoted(s.name)}  # {_line(s.label or s.name)}"
        for label, s in zip(_LABELS, ranked, strict=False)
    ]
    return "\n".join(lines) + "\n"


def _answers(policy: Policy) -> str:
    open_ = [q for q in policy.questions if not q.answered]
    if not open_:
        return ""
    lines = ["# What the playbook leaves open. The default shown holds until you answer.", "[answers]"]
    for question in open_:
        choices = f" ({' | '.join(question.choices)})" if question.choices else ""
        lines.append(f"# {_line(question.text + choices)}")
        lines.append(f"# {_key(question.key)} = {_quoted(question.default)}\n")
    return "\n".join(lines)


def _line(text: str) -> str:
    """A text that stays inside its comment."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text)


def _quoted(text: str) -> str:
    return json.dumps(_line(text), ensure_ascii=False)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", key) else _quoted(key)
