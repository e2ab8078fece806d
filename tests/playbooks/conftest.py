"""What the tests of whole playbooks share: where the playbooks are, and how golden files are renewed."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")
