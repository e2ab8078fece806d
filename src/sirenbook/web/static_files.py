"""The few files that pages are made with: read once, compressed once, named by their content, cached for ever."""

import gzip
import hashlib
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

_FOLDER = Path(__file__).with_name("static")
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".png": "image/png"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


class _File(Struct, frozen=True):
    """One file as it is sent."""

    kind: str
    plain: bytes
    packed: bytes


def text_of(name: str) -> str:
    """A file as it is, to be written elsewhere."""
    return (_FOLDER / name).read_text()


class StaticFiles:
    """All static files, by names that hold a hash of their content."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._paths: dict[str, str] = {}
        for path in sorted(_FOLDER.iterdir()):
            if path.suffix in _KINDS:
                self._add(path)

    def _add(self, path: Path) -> None:
        plain = path.read_bytes()
        name = f"{path.stem}.{hashlib.sha256(plain).hexdigest()[:12]}{path.suffix}"
        self._files[name] = _File(_KINDS[path.suffix], plain, gzip.compress(plain, 9, mtime=0))
        self._paths[path.name] = f"/static/{name}"

    def path(self, name: str) -> str:
        """Where a file is served, for pages that want it."""
        return self._paths[name]

    async def serve(self, request: Request) -> Response:
        """Send one file."""
        file = self._files.get(request.path_params["name"])
        if file is None:
            return Response("there is no such file", 404, media_type="text/plain")
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = {**_FOR_EVER, "Content-Encoding": "gzip"}
            return Response(file.packed, headers=headers, media_type=file.kind)
        return Response(file.plain, headers=_FOR_EVER, media_type=file.kind)
