"""The README's commands put a model on a server: in a clean environment, within 256 MB, forward and back."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from bench.process_tree import proportional_mib
from cgroups import Cgroup, memory_limit
from onnx_models import solid_png
from projects import ROOT, free_port, run_in
from results import BAD, give_store, make_results
from serving import RGB

from tinysight.tracking.release import release

SECTION = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## On a server\n")[1].split("\n## ")[0]
LINES = [line for block in re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL) for line in block.splitlines()]
HERE, WHEEL, COPY, INSTALL, START, ASK, BACK = (line.split("  #")[0].strip() for line in LINES)
MOST_MB, MOST_PACKAGES, MOST_MIB = 190, 35, 256
OF_TRAINING = {"tensorflow-cpu", "keras", "mlflow", "dvc", "hydra-core", "scikit-learn", "onnx", "protobuf"}
OF_THE_VENV = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence")
SERVE = """\
set -m
{start}
service=$!
for _ in $(seq 600); do curl -sf $URL/readyz >ready.json && break; sleep 0.1; done
{ask} >first.json
{back}
for _ in $(seq 600); do curl -sf $URL/readyz | grep -q '"model_version":"1"' && break; sleep 0.1; done
{ask} >second.json
echo $service >pid
read -r _
kill %1
wait %1
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first three commands make of a project with two versions: the server's folder, installed."""
    folder = tmp_path_factory.mktemp("machines")
    project, server = folder / "project", folder / "server"
    server.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        for number, noise in enumerate((BAD, None)):
            params, paths = make_results(project, seed=number, **({"noise": noise} if noise else {}))  # type: ignore[arg-type]
            paths.store.exists() or give_store(paths)
            patch.chdir(paths.root)
            assert release(params, paths).outcome == "promoted"
    paths.conf.mkdir()
    run_in(project, "tinysight", "bundle", "--version", "1", "--out", str(server / "bundle-2"))  # of an earlier day
    run_in(project, *HERE.split())
    (project / "requirements").symlink_to(ROOT / "requirements")
    run_in(ROOT, *WHEEL.split(), f"DIST={project / 'dist'}")
    run_in(project, "bash", "-c", COPY.replace("scp", "cp").replace("server:tinysight", str(server)))
    (server / "washer.jpg").write_bytes(solid_png(RGB["blue"]))
    run_in(server, "bash", "-c", INSTALL, PATH=_path(), PYTHONPATH="")
    return server


def _path() -> str:
    """PATH as it is without this project's environment."""
    return os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if Path(p) != Path(sys.executable).parent)


def environment(port: int) -> Mapping[str, str]:
    """A server's: nothing of this project or of whoever runs the tests."""
    return {"PATH": _path(), "HOME": "/nonexistent", "TINYSIGHT_PORT": str(port), "URL": f"http://127.0.0.1:{port}"}


def packages(server: Path) -> list[str]:
    """The names of the installed packages."""
    code = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    done = subprocess.run([server / ".venv/bin/python", "-c", code], capture_output=True, text=True, check=True, env={})
    return sorted({re.sub(r"[_.]", "-", name.lower()) for name in done.stdout.split()} - {"pip", "setuptools"})


def megabytes(server: Path) -> float:
    """What the packages take on disk, with the bytecode that a start has written; pip and its helper do not count."""
    (folder,) = (server / ".venv" / "lib").glob("python*/site-packages")
    own = [place for place in folder.iterdir() if not place.name.startswith(OF_THE_VENV)]
    sizes = subprocess.run(["du", "-s", "--block-size=1", *own], capture_output=True, text=True, check=True).stdout
    return sum(int(line.split()[0]) for line in sizes.splitlines()) / 1e6


def test_five_commands_lead_from_a_bundle_to_a_server_and_back(server: Path) -> None:
    port = free_port()
    start, ask, back = (line.replace(":8000", f":{port}") for line in (START, ASK, BACK))
    script = SERVE.format(start=start, ask=ask.replace("curl", "curl -sf"), back=back)
    with memory_limit(MOST_MIB) as group:
        process = _in_group(group, server, script, environment(port))
        try:
            most = _watched(process, server)
        finally:
            output = process.communicate(b"\n", timeout=60)[0].decode()
        killed = group.killed if group else 0
    first, second = (json.loads((server / f"{name}.json").read_text()) for name in ("first", "second"))
    assert (first["best_class"], first["model_version"]) == ("blue", "2"), output
    assert second["model_version"] == "1", output
    assert (killed, most <= MOST_MIB) == (0, True), (most, output)


def _in_group(
    group: Cgroup | None, server: Path, script: str, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    join = f"{group.join}; " if group else ""
    code = f"{join}import os, sys; os.execv('/bin/bash', ['bash', '-c', sys.argv[1]])"
    return subprocess.Popen(
        [sys.executable, "-c", code, script],
        cwd=server,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _watched(process: "subprocess.Popen[bytes]", server: Path) -> float:
    """The memory of the service once it has answered both times, in MiB."""
    while not (server / "pid").exists() or not (server / "pid").read_text():
        if process.poll() is not None:
            return 0.0
    return proportional_mib(int((server / "pid").read_text()))


def test_what_is_installed_is_small_and_has_nothing_of_training(server: Path) -> None:
    """After a start, which has compiled what it loads."""
    names = packages(server)
    assert not OF_TRAINING & set(names)
    assert len(names) <= MOST_PACKAGES, names
    assert megabytes(server) <= MOST_MB
