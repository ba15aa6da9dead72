"""Control groups as Linux shows them, in both versions, in and out of containers."""

import os
from pathlib import Path

import pytest

from tinysight.machine import machine_memory, memory_limit, usable_cores

CORES = len(os.sched_getaffinity(0))
GIB = 1 << 30


def system(folder: Path, groups: str, mounts: list[str], **files: str) -> Path:
    """A /proc of these control groups, and their files; mounts name places below the folder."""
    (folder / "self").mkdir()
    (folder / "self/cgroup").write_text(groups)
    lines = ["22 1 0:5 / /proc rw - proc proc rw", *(mount.format(folder=folder) for mount in mounts)]
    (folder / "self/mountinfo").write_text("\n".join(lines) + "\n")
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    return folder


V2 = ["30 23 0:26 / {folder}/fs rw shared:4 - cgroup2 cgroup2 rw,nsdelegate"]
V1 = [
    "32 31 0:29 {root} {{folder}}/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
    "35 31 0:32 {root} {{folder}}/memory rw - cgroup cgroup rw,memory",
]


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("max 100000", CORES), ("100000 100000", 1), ("20000 100000", 1), ("6400000 100000", CORES), ("149000 100000", 1)],
)
def test_a_quota_is_the_nearest_whole_number_of_cores_but_at_least_one(tmp_path: Path, quota: str, cores: int) -> None:
    proc = system(tmp_path, "0::/\n", V2, **{"fs/cpu.max": quota})
    assert usable_cores(proc) == cores


def test_the_groups_around_it_bind_as_well(tmp_path: Path) -> None:
    """A systemd service in a slice that has the limit."""
    files = {
        "fs/a.slice/cpu.max": "100000 100000",
        "fs/a.slice/b.service/cpu.max": "max 100000",
        "fs/a.slice/memory.max": str(GIB),
        "fs/a.slice/b.service/memory.max": "max",
    }
    proc = system(tmp_path, "0::/a.slice/b.service\n", V2, **files)
    assert (usable_cores(proc), memory_limit(proc)) == (1, GIB)


def test_version_1_has_a_folder_for_each_controller(tmp_path: Path) -> None:
    files = {
        "cpu,cpuacct/job/cpu.cfs_quota_us": "50000",
        "cpu,cpuacct/job/cpu.cfs_period_us": "100000",
        "memory/job/memory.limit_in_bytes": str(256 << 20),
        "memory/memory.limit_in_bytes": "9223372036854771712",
    }
    proc = system(tmp_path, "4:memory:/job\n2:cpu,cpuacct:/job\n", [m.format(root="/") for m in V1], **files)
    assert (usable_cores(proc), memory_limit(proc)) == (1, 256 << 20)


def test_a_container_sees_its_own_group_as_the_outermost(tmp_path: Path) -> None:
    """Its path is the host's, but only what is below the mount is there."""
    files = {"cpu,cpuacct/cpu.cfs_quota_us": "-1", "memory/memory.limit_in_bytes": str(GIB)}
    mounts = [m.format(root="/docker/1f") for m in V1]
    proc = system(tmp_path, "4:memory:/docker/1f\n2:cpu,cpuacct:/docker/1f\n", mounts, **files)
    assert (usable_cores(proc), memory_limit(proc)) == (CORES, GIB)


def test_a_machine_without_control_groups_gives_all(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "none") == CORES
    assert memory_limit(tmp_path / "none") is None


def test_a_broken_file_is_no_limit(tmp_path: Path) -> None:
    proc = system(tmp_path, "0::/\n", V2, **{"fs/cpu.max": "", "fs/memory.max": "much"})
    assert (usable_cores(proc), memory_limit(proc)) == (CORES, None)


def test_this_machine_has_memory() -> None:
    assert machine_memory() > GIB // 4


def test_a_process_that_is_bound_to_one_core_has_one() -> None:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)
