"""Finds every command that stands in a playbook, in runbooks or elsewhere, for the demo to take stock of."""

from collections.abc import Iterator

from sirenbook.engine.policies.texts import Texts
from sirenbook.playbook.text.commands import read_commands
from sirenbook.playbook.text.document import Block, Fence, Items, Quote, Section, parse


def commands_of(texts: Texts) -> list[str]:
    """The commands of all files of a playbook, in their order, each once."""
    documents = [parse(file, text) for file, text in texts.files.items()]
    found = [command for d in documents for content in d.root.contents for command in _commands(content)]
    return list(dict.fromkeys(found))


def _commands(content: Block | Section) -> Iterator[str]:
    match content:
        case Section():
            for inner in content.contents:
                yield from _commands(inner)
        case Fence():
            yield from (command.text for command in read_commands(content))
        case Items():
            for item in content.items:
                for block in item.blocks:
                    yield from _commands(block)
        case Quote():
            for block in content.blocks:
                yield from _commands(block)
        case _:
            return
