"""What the Dockerfile promises, read from its text; `make container-check` builds and runs it."""

import re
from pathlib import Path

import pytest
from projects import ROOT

DOCKERFILE = (ROOT / "serve" / "Dockerfile").read_text(encoding="utf-8")
LINES = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
LAST_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def test_the_python_image_can_be_chosen_and_is_named_first() -> None:
    assert LINES[0] == "ARG PYTHON_IMAGE=python:3.11-slim-bookworm"
    assert all(line.startswith("FROM ${PYTHON_IMAGE}") for line in LINES if line.startswith("FROM"))


def test_packages_are_the_services_own_and_checked_by_hash() -> None:
    assert re.findall(r"requirements/\S+", DOCKERFILE) == ["requirements/serve.txt"]
    assert "--require-hashes" in DOCKERFILE
    locked = (ROOT / "requirements" / "serve.txt").read_text(encoding="utf-8")
    for heavy in ("tensorflow", "keras", "mlflow", "dvc", "scikit-learn", "opencv"):
        assert not re.search(rf"^{heavy}\b", locked, re.MULTILINE)


def test_it_does_not_run_as_root() -> None:
    user = re.findall(r"^USER (\S+)", LAST_STAGE, re.MULTILINE)
    assert user == ["10001:10001"]
    assert LAST_STAGE.index("USER 10001") < LAST_STAGE.index("CMD ")


def test_the_platform_can_see_whether_it_works() -> None:
    assert "EXPOSE 8000" in LAST_STAGE
    assert "HEALTHCHECK" in LAST_STAGE
    assert "serve.health_check" in LAST_STAGE


@pytest.mark.parametrize("private", ["data", ".git", ".tinysight", ".env", "models", ".venv", "tests"])
def test_nothing_private_goes_to_the_builder(private: str) -> None:
    rules = [r for r in (ROOT / ".dockerignore").read_text().splitlines() if r and not r.startswith("#")]
    assert rules[0] == "*"
    assert not any(rule.lstrip("!").split("/")[0] == private for rule in rules[1:])


def test_all_that_is_copied_is_let_through() -> None:
    """And every source is there: the paths are copied by hand, so a new one must be added."""
    copies = [line.split()[1:-1] for line in LINES if line.startswith("COPY ") and "--from" not in line]
    copied = [source for sources in copies for source in sources]
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    for source in copied:
        assert f"!{source}" in rules
        assert list(Path(ROOT).glob(source))


def test_all_rooms_that_the_service_enters_are_copied() -> None:
    """A room of its own must be named in the Dockerfile: it copies single files of tinysight by a pattern."""
    copied = {path for source in re.findall(r"^COPY (src/\S+)", DOCKERFILE, re.MULTILINE) for path in ROOT.glob(source)}
    entered = set(re.findall(r"^\s*(?:from|import) tinysight\.(\w+)", read_all(ROOT / "serve"), re.MULTILINE))
    assert "drift" in entered
    missing = {
        name for name in entered if not {ROOT / "src/tinysight" / name, ROOT / f"src/tinysight/{name}.py"} & copied
    }
    assert not missing


def read_all(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")))
