"""Every table judges its own examples as it says."""

import pytest

from sirenbook.playbook.safety import judge
from sirenbook.playbook.safety.tables import tables

READS = sorted({text for table in tables().values() for text in table.reads})
NOT = sorted({text for table in tables().values() for text in table.not_reads})


@pytest.mark.parametrize("text", READS)
def test_what_only_reads(text: str) -> None:
    judged = judge(text)
    assert judged.risk == "reads", judged.reasons


@pytest.mark.parametrize("text", NOT)
def test_what_does_not(text: str) -> None:
    judged = judge(text)
    assert judged.risk != "reads", judged.reasons
