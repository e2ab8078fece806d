"""Reads a form that may bring files: the fields, and each file's name and text, bounded in number and size."""

from collections.abc import AsyncGenerator

from msgspec import Struct
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from sirenbook.web.bodies import MEBIBYTE, read_body, storable
from sirenbook.web.faults import Fault
from sirenbook.web.login.sessions import Visitor, must_be_of, must_be_ours

LARGEST = 16 * MEBIBYTE
LARGEST_PART = 6 * MEBIBYTE
MOST_FILES = 50
MOST_FIELDS = 250


class Form(Struct, frozen=True):
    """What a form brought: the fields, the last of each name, and the files that were chosen, by name."""

    fields: dict[str, str]
    files: dict[str, str]


async def posted_files(request: Request, visitor: Visitor) -> Form:
    """A form of a page of ours, with its files. Raises Fault 400 or 403, or TooLarge."""
    must_be_ours(request)
    announced = request.headers.get("content-length", "")
    body = await read_body(request.receive, LARGEST, int(announced) if announced.isdigit() else 0)

    async def chunks() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        request.headers, chunks(), max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LARGEST_PART
    )
    try:
        parsed = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise Fault(400, "malformed", "this form cannot be read", "send it as multipart/form-data") from error
    fields: dict[str, str] = {}
    files: dict[str, str] = {}
    for name, value in parsed.multi_items():
        if not isinstance(value, UploadFile):
            fields[name] = _text(value)
        elif value.filename:
            raw = await value.read()
            files[_base(value.filename)] = _text(raw.decode("utf-8", errors="replace"))
    await parsed.close()
    must_be_of(visitor, fields)
    return Form(fields, files)


def _text(value: str) -> str:
    return storable(value).replace("\r\n", "\n")


def _base(name: str) -> str:
    """A file's name without its folders: browsers and programs send either kind of path."""
    return storable(name).replace("\\", "/").rsplit("/", 1)[-1][:200] or "playbook.md"
