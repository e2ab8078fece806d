"""A proxy before a provider: passes on what comes, or delays, drops, resets or refuses it, by whom it is for."""

import asyncio
from contextlib import suppress

from contracts.stand_ins import Yard, reset, says

FAULTS = ("delayed", "dropped", "reset", "broken", "throttled")
"""Taken, and the answer never comes · lost on the way · cut off · 500 · 429, last, as then nobody else is tried."""
_REFUSALS = {
    "throttled": says("429 Too Many Requests\r\nRetry-After: 120"),
    "broken": says("500 Internal Server Error"),
}
_MAIL_REFUSALS = {"throttled": b"421 4.7.0 too many mails\r\n", "broken": b"451 4.3.0 local error\r\n"}


class FaultProxy:
    """Stands before one provider; `marks` are words of a request, each with the fault that it meets."""

    def __init__(self, yard: Yard, upstream: int, marks: dict[bytes, str], *, mail: bool = False) -> None:
        self.holds = False
        """Whether no answer comes to anybody for now."""
        self._upstream = upstream
        self._marks = marks
        self.port = yard.raw(self._relay_mail if mail else self._relay_http)

    def _fault(self, words: bytes) -> str:
        found = next((fault for mark, fault in self._marks.items() if mark in words), "")
        return "delayed" if self.holds else found

    async def _relay_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        lines = request.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        request += await reader.readexactly(length)
        fault = self._fault(request)
        if fault in _REFUSALS:
            again = asyncio.StreamReader()
            again.feed_data(request)
            await _REFUSALS[fault](again, writer)
        elif fault == "reset":
            await reset(reader, writer)
        elif fault == "dropped":
            await reader.read()
        else:
            there, back = await asyncio.open_connection("127.0.0.1", self._upstream)
            back.write(request)
            await (reader.read() if fault else _copy(there, writer))
            back.close()

    async def _relay_mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._upstream)
        answers, fault = asyncio.create_task(_copy(there, writer)), ""
        try:
            while line := await reader.readline():
                fault = fault or (self._fault(line) if line.upper().startswith(b"RCPT TO:") else "")
                if fault in ("delayed", "") or not line.upper().startswith(b"RCPT TO:"):
                    if fault and line == b".\r\n":
                        answers.cancel()
                    back.write(line)
                    continue
                answers.cancel()
                await self._break_mail(fault, reader, writer)
                return
        finally:
            answers.cancel()
            back.close()

    async def _break_mail(self, fault: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if fault in _MAIL_REFUSALS:
            writer.write(_MAIL_REFUSALS[fault])
            await writer.drain()
        elif fault == "reset":
            await reset(reader, writer)
        else:
            await reader.read()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass on all that comes, until no more does."""
    with suppress(OSError):
        while piece := await source.read(65_536):
            sink.write(piece)
            await sink.drain()
