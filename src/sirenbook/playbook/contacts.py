"""Reads the contact lists: whom a playbook knows, and by which ways they are reached."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sirenbook.model.policy import Contact
from sirenbook.playbook.language import targets
from sirenbook.playbook.language.scope import policy_sections
from sirenbook.playbook.language.vocabulary import CONTACT_TOPIC
from sirenbook.playbook.text.document import Document, Items, Section, Table, lines_of_item, plain

_CALLED = re.compile(r"escalat|emergency")
_WAY = re.compile(r"(?:pager ?duty|opsgenie|slack|teams|zoom|e-?mail|phone|hotline|bridge|war room)", re.IGNORECASE)
_WHO = re.compile(r"role|name|team|who|person|contact|service|vendor|provider|department|function", re.IGNORECASE)


def read_contacts(documents: Sequence[Document]) -> tuple[Contact, ...]:
    """Every entry of every contact list."""
    return tuple(c for d in documents for s in policy_sections(d) for c in _of_section(s))


def _of_section(section: Section) -> Iterator[Contact]:
    titled = any(CONTACT_TOPIC.search(plain(t)) for t in section.path[2:])
    calls = any(_CALLED.search(plain(t)) for t in section.path[2:])
    for block in section.blocks:
        if isinstance(block, Table) and (titled or _is_directory(block)):
            yield from (_callable(c) if calls else c for c in _of_table(block))
        elif isinstance(block, Items) and titled:
            found = (_of_item(block, i) for i in range(len(block.items)))
            yield from (_callable(c) if calls else c for c in found)


def _callable(contact: Contact) -> Contact:
    """A contact of an escalation's list: a role, a person or a rotation may be brought in by name."""
    rotates = any(targets.ON_CALL.search(way) or "oncall" in way for way in contact.ways)
    named = targets.looks_like_target(contact.name) or rotates
    return replace(contact, by_hand=named and not _WAY.match(contact.name))


def _is_directory(table: Table) -> bool:
    """Whether a table outside a contact section lists people with ways to reach them."""
    headers = [plain(h.text) for h in table.header]
    reaching = [h for h in headers if re.search(r"phone|e-?mail|slack|mobile|pager|contact", h)]
    return bool(headers) and bool(_WHO.search(headers[0])) and bool(reaching)


def _of_table(table: Table) -> Iterator[Contact]:
    for row in table.rows:
        if row and row[0].text:
            yield Contact(row[0].text, tuple(c.text for c in row[1:] if c.text), row[0].at())


def _of_item(block: Items, index: int) -> Contact:
    item = block.items[index]
    ways = tuple(x.value for x in lines_of_item(item) if x.value)
    return Contact(item.head.label or item.head.text, ways, item.head.at())
