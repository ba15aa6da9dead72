"""What the OpenAPI document promises holds for all that schemathesis makes of it: statuses, media types, schemas."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from projects import ROOT
from serving import Running, make_bundle, running

KEY = "tinysight_key-of-the-test"
CONFIG = Path(__file__).parent / "schemathesis.toml"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """With keys, a rate and a small limit of bytes, so that their refusals are documented and met."""
    folder = tmp_path_factory.mktemp("schemathesis")
    own = {"TINYSIGHT_API_KEYS": f"test:{sha256(KEY.encode()).hexdigest()}", "TINYSIGHT_RATE": "100000/minute"}
    own |= {"TINYSIGHT_CAPTURE_DIR": str(folder / "kept")}
    with running(make_bundle(folder / "bundle"), folder, TINYSIGHT_MAX_BYTES="60000", **own) as service:
        yield service


def test_every_answer_is_as_the_openapi_document_says(service: Running, tmp_path: Path) -> None:
    report = run_schemathesis(service, tmp_path, "--max-examples", "60")
    assert {"200", "415", "422"} <= statuses(report)


def run_schemathesis(service: Running, folder: Path, *more: str) -> Path:
    """Its report as a file of JSON lines; fails with what it printed when it found anything."""
    report = folder / "report.ndjson"
    schemathesis = Path(sys.executable).parent / "schemathesis"
    command = [
        schemathesis,
        "--config-file",
        CONFIG,
        "run",
        f"{service.url}/openapi.json",
        "--header",
        f"Authorization: Bearer {KEY}",
    ]
    command += ["--generation-deterministic", "--no-color", "--warnings", "off"]
    command += ["--report", "ndjson", "--report-ndjson-path", report, *more]
    own = {**os.environ, "SCHEMATHESIS_HOOKS": "real_pictures", "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return report


def statuses(report: Path) -> set[str]:
    """All that were answered."""
    found: set[str] = set()

    def look(part: Any) -> None:
        if isinstance(part, dict):
            if "status_code" in part:
                found.add(str(part["status_code"]))
            for value in part.values():
                look(value)
        elif isinstance(part, list):
            for value in part:
                look(value)

    for line in report.read_text().splitlines():
        look(json.loads(line))
    return found
