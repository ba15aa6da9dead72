"""What processes take is read from /proc: forked ones share, and time is the processor's."""

import subprocess
import sys
import time

import pytest

from tinysight.evaluation import process_tree
from tinysight.evaluation.process_tree import processor_ms, serving_mb, tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

FORKED = """
import os, sys, time
block = bytearray(60_000_000)
for place in range(0, len(block), 4096):
    block[place] = 1
children = [os.fork() for _ in range({forks})] if {forks} else []
if 0 not in children:
    print("ready", flush=True)
time.sleep(60)
"""


def started(code: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def ended(process: "subprocess.Popen[str]") -> None:
    for one in [*tree(process.pid)][1:]:
        subprocess.run(["kill", str(one)], check=True)
    process.kill()
    process.communicate()


def measured(forks: int) -> float:
    process = started(FORKED.format(forks=forks))
    try:
        deadline = time.monotonic() + 60
        while len([*tree(process.pid)]) < 1 + forks and time.monotonic() < deadline:
            time.sleep(0.01)
        found = serving_mb(process.pid)
        assert found is not None
        return found
    finally:
        ended(process)


def test_what_forked_processes_share_counts_once():
    alone, forked = measured(0), measured(1)
    assert 60 < alone < 90
    assert forked < alone + 20  # and not twice the 60 MB


def test_memory_that_was_given_back_counts():
    process = started("import time; b = bytearray(80_000_000); del b; print('ready', flush=True); time.sleep(60)")
    found = serving_mb(process.pid)
    ended(process)
    assert found is not None
    assert found > 80


def test_a_process_that_works_takes_the_processor_and_one_that_sleeps_does_not():
    busy = started("print('ready', flush=True)\nwhile True: pass")
    idle = started("import time; print('ready', flush=True); time.sleep(60)")
    before = {one.pid: processor_ms(one.pid) for one in (busy, idle)}
    deadline, taken = time.monotonic() + 60, dict.fromkeys(before, 0.0)
    while taken[busy.pid] <= 40 and time.monotonic() < deadline:
        time.sleep(0.05)
        taken = {pid: processor_ms(pid) - ms for pid, ms in before.items()}
    ended(busy)
    ended(idle)
    assert taken[busy.pid] > 40
    assert taken[idle.pid] < 20


def test_a_process_that_has_gone_takes_nothing_and_its_memory_is_unknown(monkeypatch, tmp_path):
    monkeypatch.setattr(process_tree, "PROC", tmp_path)
    assert processor_ms(1) == 0
    assert serving_mb(1) is None


def test_a_kernel_that_counts_no_nanoseconds_is_asked_for_ticks(monkeypatch, tmp_path):
    monkeypatch.setattr(process_tree, "PROC", tmp_path)
    folder = tmp_path / "7"
    (folder / "task" / "7").mkdir(parents=True)
    (folder / "task" / "7" / "schedstat").write_text("0 0 0\n")
    (folder / "stat").write_text("7 (a (strange) name) S 1 7 7 0 -1 4194560 1 0 0 0 30 12 0 0 20 0 1 0\n")
    assert processor_ms(7) == pytest.approx(42 * process_tree.TICK_MS)
