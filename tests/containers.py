"""Builds serve/Dockerfile and runs it as a careful operator would: with Docker where it runs, else with buildah.

Where no registry of images can be reached, buildah starts from a stand-in for the official Python image, made of
Debian's own packages. Its containers get what Docker would give them: a root file system mounted read-only, the
image's user without any right, and the machine's network.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from projects import ROOT

NAME, BASE = "localhost/tinysight-test", "localhost/tinysight-test-base"
PACKAGES = "python3,python3-pip,python3-venv,ca-certificates"
TOOLS = {"BUILDAH_ISOLATION": "chroot", "DPKG_FORCE": "unsafe-io"}  # dpkg would wait for the disk after every file
BASE_FILE = """\
FROM scratch
ADD root.tar /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 PIP_BREAK_SYSTEM_PACKAGES=1
RUN ln -sf /usr/bin/python3 /usr/local/bin/python
"""
ENTER = """\
set -e
mount --bind "$0" "$0" && mount --bind "$1" "$0/models" && mount -t tmpfs tmpfs "$0/var/cache/tinysight"
chown 10001:10001 "$0/var/cache/tinysight"
mount -t proc proc "$0/proc" 2>/dev/null || mount --rbind /proc "$0/proc"
mount -o remount,bind,ro "$0" && mount -o remount,bind,ro "$0/models"
cd "$0" && shift
exec chroot "$0" setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs --bounding-set=-all \
  --inh-caps=-all "$@"
"""


@dataclass(frozen=True)
class Image:
    """A built image and who built it.

    Attributes:
        engine: docker or buildah.
        config: what the image says of itself, in Docker's words.
        bytes: of its files, without those of the image that it starts from.
    """

    engine: str
    config: Mapping[str, Any]
    bytes: int

    def command(self, words: Sequence[str], root: Path | None, models: Path, **own: str) -> list[str]:
        """The words that run something in a container.

        Args:
            words: what to run.
            root: the container's files, where buildah has made them.
            models: a folder that it sees as /models.
            own: settings besides the image's.
        """
        if self.engine == "docker":
            rights = [
                "--read-only",
                "--cap-drop=ALL",
                "--security-opt=no-new-privileges",
                "--network=host",
                "--init=false",
            ]
            given = [f"--env={name}={value}" for name, value in own.items()]
            places = [f"--volume={models}:/models:ro", "--tmpfs=/var/cache/tinysight:uid=10001"]
            return ["docker", "run", "--rm", *rights, *given, *places, NAME, *words]
        environment = [*self.config["Env"], *(f"{name}={value}" for name, value in own.items())]
        inside = [
            "env",
            "-i",
            *environment,
            "sh",
            "-c",
            f'cd {self.config["WorkingDir"]}; exec "$@"',
            "sh",
            *words,
        ]
        return ["unshare", "--mount", "--propagation=private", "sh", "-c", ENTER, str(root), str(models), *inside]


def build() -> Image:
    """Builds the Dockerfile; skips the test where neither Docker nor buildah can do that."""
    if shutil.which("docker") and _try("docker", "version"):
        _run("docker", "pull", "-q", _base_of_dockerfile())
        _run("docker", "build", "-q", "-f", "serve/Dockerfile", "-t", NAME, ".")
        config = json.loads(_run("docker", "inspect", NAME))[0]
        base = json.loads(_run("docker", "inspect", _base_of_dockerfile()))[0]
        return Image("docker", config["Config"], config["Size"] - base["Size"])
    if os.getuid() != 0 or not all(shutil.which(tool) for tool in ("buildah", "debootstrap", "unshare", "setpriv")):
        pytest.skip("no Docker here, and no root with buildah and debootstrap: apt-get install buildah debootstrap")
    if not _try("buildah", "inspect", BASE):
        _make_base()
    built = ["buildah", "build", "-q", "--format", "docker", "--network", "host", *_mounts()]
    _run(*built, "--build-arg", f"PYTHON_IMAGE={BASE}", "-t", NAME, "-f", "serve/Dockerfile", ".")
    config = json.loads(_run("buildah", "inspect", "--type", "image", NAME))["Docker"]["config"]
    return Image("buildah", config, _size(NAME) - _size(BASE))


@contextmanager
def files_of(image: Image) -> Iterator[Path | None]:
    """A container's files until the block ends; None where Docker makes them."""
    if image.engine == "docker":
        yield None
        return
    container = _run("buildah", "from", "--pull-never", NAME).strip()
    try:
        root = Path(_run("buildah", "mount", container).strip())
        for place in ("models", "proc"):
            (root / place).mkdir(exist_ok=True)
        yield root
    finally:
        _run("buildah", "rm", container)


def _base_of_dockerfile() -> str:
    found = re.match(r"ARG PYTHON_IMAGE=(\S+)", (ROOT / "serve" / "Dockerfile").read_text())
    assert found is not None
    return found[1]


def _make_base() -> None:
    work = Path("/var/tmp/tinysight-test-base")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(work / "root"))
    for rest in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(work / "root" / rest)
    _run("tar", "-C", str(work / "root"), "-cf", str(work / "root.tar"), ".")
    (work / "Dockerfile").write_text(BASE_FILE)
    _run("buildah", "build", "-q", "-t", BASE, "-f", str(work / "Dockerfile"), str(work))
    shutil.rmtree(work)


def _mounts() -> list[str]:
    """The certificates and package indexes that this machine's pip uses, for the pip inside the build."""
    configured = _run(sys.executable, "-m", "pip", "config", "list")
    named = [match.removeprefix("file://") for match in re.findall(r"(?:file://)?/[\w./-]+", configured)]
    places = sorted({"/etc/ssl/certs", "/etc/pip.conf", *(p for p in named if not p.startswith("/etc/ssl/certs/"))})
    return [word for place in places if Path(place).exists() for word in ("-v", f"{place}:{place}:ro")]


def _size(name: str) -> int:
    """Bytes of an image's files."""
    container = _run("buildah", "from", "--pull-never", name).strip()
    try:
        return int(_run("du", "-s", "--block-size=1", _run("buildah", "mount", container).strip()).split()[0])
    finally:
        _run("buildah", "rm", container)


def _environment() -> dict[str, str]:
    """For the tools: where this machine is a container itself, layers cannot lie on its layers."""
    kinds = {line.split()[1]: line.split()[2] for line in Path("/proc/mounts").read_text().splitlines()}
    whole_copies = {"STORAGE_DRIVER": "vfs"} if kinds.get("/") == "overlay" else {}
    return {**os.environ, **TOOLS, **whole_copies}


def _try(*words: str) -> bool:
    return subprocess.run(words, cwd=ROOT, env=_environment(), capture_output=True, check=False).returncode == 0


def _run(*words: str) -> str:
    environment = _environment()
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout
