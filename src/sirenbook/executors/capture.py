"""Keeps the beginning and the end of what a step writes, in bounded memory, and gives it out without secrets."""

from collections import deque

from sirenbook.executors.redaction import Redactor

HALF = 512 * 1024
"""Bytes kept of the beginning, and as many of the end."""
LIVE = 16 * 1024
"""Bytes shown while it still runs."""
_LONGEST_WORD = 4096


class Capture:
    """What one run has written so far."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self.size = 0

    def write(self, data: bytes) -> None:
        """Take more; what lies in the middle of too much is let go."""
        self.size += len(data)
        room = HALF - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail.append(data)
            self._tail_size += len(data)
            while self._tail_size - len(self._tail[0]) >= HALF:
                self._tail_size -= len(self._tail.popleft())

    def live(self) -> str:
        """The last whole lines so far: half a line might be half of a secret."""
        recent = b"".join(self._tail)[-LIVE:] if self._tail else bytes(self._head[-LIVE:])
        whole = recent[: recent.rfind(b"\n") + 1]
        first = 0 if self.size <= LIVE else whole.find(b"\n") + 1
        return self._shown(whole[first:])

    def text(self) -> str:
        """All that is kept."""
        tail = b"".join(self._tail)[-HALF:]
        dropped = self.size - len(self._head) - len(tail)
        if dropped <= 0:
            return self._shown(bytes(self._head) + tail)
        head, tail = _up_to_a_break(bytes(self._head)), _from_a_break(tail)
        return f"{self._shown(head)}\n… {dropped} bytes are left out here …\n{self._shown(tail)}"

    def _shown(self, data: bytes) -> str:
        return self._redactor(data.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}"))


def _up_to_a_break(data: bytes) -> bytes:
    """Without the last word, which may be half of a secret."""
    at = max(data.rfind(b) for b in (b"\n", b" ", b"\t"))
    return data[: at + 1] if at > len(data) - _LONGEST_WORD else data[:-_LONGEST_WORD]


def _from_a_break(data: bytes) -> bytes:
    """Without the first word, for the same reason."""
    found = [at for b in (b"\n", b" ", b"\t") if (at := data.find(b, 0, _LONGEST_WORD)) >= 0]
    return data[min(found) :] if found else data[_LONGEST_WORD:]
