"""What is logged stays one line of harmless letters, whoever wrote it."""

import pytest
import structlog

from sirenbook.engine.logs import set_up_logging


def test_words_from_outside_play_no_tricks_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging()
    try:
        why = 'no\nlevel=error event="forged" \r\x1b[2J \x9b31m \u202eback'
        structlog.get_logger().warning("refused", why=why, count=3)
    finally:
        structlog.reset_defaults()
    [line] = capsys.readouterr().err.splitlines()
    assert "level=warning event=refused" in line and "count=3" in line
    assert '\\nlevel=error event=\\"forged\\"' in line
    assert line.isprintable()
