"""The systemd unit: limits, a user of its own, settings that exist; systemd itself finds no fault in the slow tier."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from deployed import known_settings
from projects import ROOT

UNIT = ROOT / "serve" / "deploy" / "tinysight.service"
OPTIONS = [line.partition("=")[::2] for line in UNIT.read_text().splitlines() if "=" in line and line[0] != "#"]
FOUND = dict(OPTIONS)
LARGEST_EXPOSURE = 2.0  # of 10, as systemd counts it


def test_it_may_take_a_quarter_of_a_gigabyte_and_no_more() -> None:
    assert (FOUND["MemoryMax"], FOUND["MemorySwapMax"]) == ("256M", "0")


def test_it_runs_as_nobody_and_writes_only_its_cache() -> None:
    strict = {"DynamicUser": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "NoNewPrivileges": "yes"}
    assert strict.items() <= FOUND.items()
    assert f"/var/cache/{FOUND['CacheDirectory']}" == dict(known_settings(OPTIONS))["TINYSIGHT_CACHE_DIR"]
    assert FOUND["CapabilityBoundingSet"] == ""


def test_what_numpy_and_onnxruntime_call_is_not_forbidden() -> None:
    """glibc asks for limits with prlimit64, ONNX Runtime sets affinities: both are in @resources."""
    assert "@resources" not in str([value for name, value in OPTIONS if name == "SystemCallFilter"])


def test_a_wrong_setting_is_not_tried_for_ever() -> None:
    """Exit code 2 says that a setting cannot work."""
    assert (FOUND["Restart"], FOUND["RestartPreventExitStatus"]) == ("always", "2")


def test_it_stops_later_than_the_service_gives_up() -> None:
    from serve.ending import STOP_LIMIT

    assert int(FOUND["TimeoutStopSec"]) > STOP_LIMIT
    assert FOUND["ExecReload"] == "/bin/kill -HUP $MAINPID"


@pytest.mark.slow
def test_systemd_finds_no_fault_and_little_exposure(tmp_path: Path) -> None:
    """`.ci/run` installs systemd's commands; no systemd needs to run."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing: apt-get install systemd")
    python = re.sub(r"/opt/tinysight/\.venv/bin/python", "/usr/bin/env python3", UNIT.read_text())
    unit = tmp_path / UNIT.name
    unit.write_text(python)
    verify = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert (verify.returncode, verify.stderr) == (0, "")
    words = ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)]
    security = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    level = re.search(r"exposure level for \S+: ([\d.]+)", security)
    assert level is not None, security
    assert float(level[1]) <= LARGEST_EXPOSURE
