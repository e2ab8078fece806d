"""Reads from sirenbook.toml our own status page with its components, and the customers who get mails."""

from collections.abc import Iterable
from typing import Any

from sirenbook.model.bindings import Filling, fold
from sirenbook.model.status import Component, CustomerList, StatusPage
from sirenbook.playbook.bindings.toml_places import Path
from sirenbook.playbook.bindings.toml_reading import Kind, dotted, plain_text, read_table, read_texts, read_value
from sirenbook.playbook.bindings.toml_text import TomlText, suggestion
from sirenbook.playbook.bindings.values import address, url

MOST_COMPONENTS = 100
_SERVICES = ("service", "service name", "app", "component")
_TITLE = Kind(plain_text, 'Write title = "Example status".', "SB303")
_URL = Kind(url, 'Write url = "https://status.example.org".')
_KNOWN = ("title", "url", "outlets", "subscribing", "allow", "components")


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("this must be true or false")
    return value


_SUBSCRIBING = Kind(_flag, "Write subscribing = false to let nobody subscribe.")


def read_status(toml: TomlText, top: dict[str, Any], parameters: dict[str, Filling]) -> StatusPage | None:
    """The table [status]; None where there is none. Without components they are the services of [parameters]."""
    if "status" not in top:
        return None
    path: Path = ("status",)
    table = read_table(toml, path, top["status"], _KNOWN)
    title = read_value(toml, (*path, "title"), table, _TITLE)
    address_ = read_value(toml, (*path, "url"), table, _URL)
    subscribing = read_value(toml, (*path, "subscribing"), table, _SUBSCRIBING)
    usual = StatusPage()
    return StatusPage(
        title=title or usual.title,
        components=_components(toml, table.get("components")) or _from_parameters(parameters),
        outlets=_words(toml, (*path, "outlets"), table),
        subscribing=usual.subscribing if subscribing is None else subscribing,
        url=address_.rstrip("/") if address_ else "",
        allow=_words(toml, (*path, "allow"), table),
    )


def _words(toml: TomlText, path: Path, table: dict[str, Any]) -> tuple[str, ...]:
    key = str(path[-1])
    found = read_texts(toml, path, table[key]) if key in table else []
    return tuple(dict.fromkeys(word for _, word in found))


def _components(toml: TomlText, value: object) -> tuple[Component, ...]:
    """Components with their services; one without any stands for the service of its own name."""
    path: Path = ("status", "components")
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(Component(name) for _, name in read_texts(toml, path, value))[:MOST_COMPONENTS]
    table = read_table(toml, path, value)
    if len(table) > MOST_COMPONENTS:
        toml.report("SB310", path, f"status.components has more than {MOST_COMPONENTS}.", "Name what people know.")
    names = list(table)[:MOST_COMPONENTS]
    return tuple(Component(name.strip(), _words(toml, (*path, name), table)) for name in names if name.strip())


def _from_parameters(parameters: dict[str, Filling]) -> tuple[Component, ...]:
    """The services that parameters of runbooks name."""
    named = (
        f.value for name, f in parameters.items() if fold(name.replace("-", " ").replace("_", " ")) in _SERVICES
    )
    return tuple(Component(v, (v,)) for v in dict.fromkeys(named) if v)


def read_customers(toml: TomlText, table: dict[str, Any], page: StatusPage | None) -> tuple[CustomerList, ...]:
    """The tables [customers.…]; a list that nobody is on is left out with a finding."""
    return tuple(c for id_, value in table.items() if (c := _list(toml, id_, value, page)) is not None)


def _list(toml: TomlText, id_: str, value: object, page: StatusPage | None) -> CustomerList | None:
    path: Path = ("customers", id_)
    table = read_table(toml, path, value, ("name", "addresses", "file", "components", "severities"))
    name = read_value(toml, (*path, "name"), table, Kind(plain_text, f'Write name = "{id_.title()}".', "SB303"))
    file = read_value(toml, (*path, "file"), table, Kind(plain_text, 'Write file = "customers.txt".', "SB303"))
    written = read_texts(toml, (*path, "addresses"), table["addresses"]) if "addresses" in table else []
    addresses = tuple(a for where, text in written if (a := _address(toml, where, text)))
    if not addresses and not file:
        help_ = 'Write addresses = ["ops@customer.example"], or file = "customers.txt" with one a line.'
        toml.report("SB304", path, f"Nobody is on {dotted(path)}, so no mail goes out.", help_)
        return None
    known = [c.name for c in page.components] if page else []
    return CustomerList(
        id=id_,
        name=name or id_,
        addresses=tuple(dict.fromkeys(addresses)),
        file=file or "",
        components=_known(toml, (*path, "components"), table, known),
        severities=_words(toml, (*path, "severities"), table),
    )


def _address(toml: TomlText, where: Path, text: str) -> str:
    kind = Kind(lambda value: address("email", str(value)), 'Write "ops@customer.example".', "SB308")
    return read_value(toml, (*where, "address"), {"address": text}, kind) or ""


def _known(toml: TomlText, path: Path, table: dict[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    """Components as the page names them; one that it does not have stays, and is never affected."""
    by_fold = {fold(n): n for n in names}
    found: list[str] = []
    for where, word in read_texts(toml, path, table["components"]) if "components" in table else []:
        found.append(by_fold.get(fold(word), word))
        if fold(word) in by_fold:
            continue
        help_ = f"{suggestion(word, by_fold.values())}Use one of {', '.join(by_fold.values()) or 'none yet'}."
        toml.report("SB310", where, f'{dotted(path)}: the status page has no component "{word}".', help_)
    return tuple(dict.fromkeys(found))
