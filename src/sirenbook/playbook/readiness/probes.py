"""Reads the commands by which a team looks whether all is well, so that they can be watched all the time."""

import re
from collections.abc import Sequence

from sirenbook.model.provenance import Provenance
from sirenbook.model.readiness import Stated
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import Block, Document, Fence, Items, Quote, Section

_PROBE = re.compile(
    r"https?://\S*/(?:health\w*|ready\w*|live\w*|ping|status|metrics|-/(?:healthy|ready))\b(?!/)"
    r"|\bhealth_?checks?\b|\brun_health|\bhealth\b(?=\s*$)|\bcheck_\w*health\b|\bpg_isready\b|redis-cli[^|]*\bping\b"
    r"|kubectl get pods?\b[^|]*\|\s*grep -v Running|kubectl get events\b|kubectl top (?:nodes?|pods?)\b"
    r"|--field-selector[= ]status\.phase!=Running"
)
_CHANGES = re.compile(r"-X\s*(?:POST|PUT|DELETE|PATCH)|--request\s*(?:POST|PUT|DELETE|PATCH)|\b--data|\s-d\s")
_OPEN = re.compile(r"<[a-z_][\w -]*>|\{[a-z_]\w*\}|\[[A-Z_]+\]", re.IGNORECASE)


def read_probes(documents: Sequence[Document]) -> tuple[Stated, ...]:
    """Every such command that has nothing to fill in, each once."""
    found: dict[str, Stated] = {}
    for document in documents:
        for section in document.root.walk():
            for block in section.blocks:
                _of_block(block, section, found)
    return tuple(found.values())


def _of_block(block: Block, section: Section, found: dict[str, Stated]) -> None:
    match block:
        case Fence():
            for command in read_commands(block):
                text = " ".join(command.text.split())
                looks = _PROBE.search(text) and not (_CHANGES.search(text) or _OPEN.search(text))
                if command.language == "shell" and looks:
                    found.setdefault(text, Stated(text, Provenance(block.file, command.line, text)))
        case Items():
            for item in block.items:
                for inner in item.blocks:
                    _of_block(inner, section, found)
        case Quote():
            for inner in block.blocks:
                _of_block(inner, section, found)
        case _:
            return
