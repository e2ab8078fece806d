"""Settings that are read strictly, and secrets that stand elsewhere."""

from pathlib import Path
from typing import Any

import pytest

from sirenbook.channels import ChannelFault
from sirenbook.channels.settings import Settings, secrets_from


def read(values: dict[str, Any], folder: Path, environment: dict[str, str] | None = None) -> Settings:
    lookup = secrets_from(environment or {}, folder)
    return Settings("email", values, lookup, known=("host", "port", "allow", "ca_file"), secret=("password",))


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("from file\n")
    assert read({"password_env": "P"}, tmp_path, {"P": "from env"}).secret("password") == "from env"
    assert read({"password_file": "pw"}, tmp_path).secret("password") == "from file"
    assert read({"password_file": str(tmp_path / "pw")}, Path("/")).secret("password") == "from file"
    assert read({}, tmp_path).secret("password") is None


@pytest.mark.parametrize("line", [{"password_env": "P"}, {"password_file": "nowhere"}, {"password_file": "empty"}])
def test_a_secret_that_is_named_but_missing_is_a_fault(tmp_path: Path, line: dict[str, Any]) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ChannelFault, match="leads to nothing"):
        read(line, tmp_path).secret("password")


def test_the_secret_itself_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ChannelFault, match="password_env") as fault:
        read({"password": "canary"}, tmp_path)
    assert "canary" not in str(fault.value)


@pytest.mark.parametrize("wrong", ["", "  ", 5, None, ["x"]])
def test_text_is_text(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(ChannelFault, match="host"):
        read({"host": wrong}, tmp_path).text("host")


@pytest.mark.parametrize("wrong", [0, 70_000, "25", True, float("nan")])
def test_numbers_are_within_bounds(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(ChannelFault, match="port"):
        read({"port": wrong}, tmp_path).number("port", 25, low=1, high=65535)
    assert read({}, tmp_path).number("port", 25, low=1, high=65535) == 25
