"""`tinysight doctor`: looks at the machine and the project, and says what to do."""

import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from tinysight.errors import TinysightError
from tinysight.finding import Finding
from tinysight.paths import Paths

SERVING = (
    "numpy",
    "pillow",
    "onnxruntime",
    "pydantic",
    "pydantic-settings",
    "fastapi",
    "uvicorn",
    "uvloop",
    "httptools",
)
TRAINING = (
    "dvc",
    "hydra-core",
    "keras",
    "tensorflow-cpu",
    "mlflow",
    "onnx",
    "tf2onnx",
    "scipy",
    "matplotlib",
    "mlxtend",
    "rich",
    "opencv-python-headless",
)
TRAIN_MB, SERVE_MB, FREE_MB = 4000, 256, 3000
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")


def examine(paths: Paths) -> list[Finding]:
    """Looks at everything that has stopped somebody before; changes nothing."""
    looks = (_python, _packages, _memory, _disk, _cpu, _git, _dvc, _configuration, _store)
    return [finding for look in looks for finding in look(paths)]


def _python(_: Paths) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok", f"Python {version} at {sys.executable}")
    found = shutil.which("python")
    if found is None or Path(found).resolve() != Path(sys.executable).resolve():
        yield Finding(
            "note", f"`python` on PATH is {found}", "dvc runs that one: run `source .venv/bin/activate` first"
        )


def _packages(_: Paths) -> Iterator[Finding]:
    for names, extra in ((SERVING, "serve"), (TRAINING, "train")):
        missing = [name for name in names if not _version(name)]
        present = ", ".join(f"{name} {_version(name)}" for name in names if _version(name))
        if present:
            yield Finding("ok", f"packages to {extra}: {present}")
        if missing:
            fix = f"make install, or pip install 'tinysight[{extra}]'"
            yield Finding("bad" if extra == "serve" else "note", f"missing to {extra}: {', '.join(missing)}", fix)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def memory_mb() -> int | None:
    """Memory of this machine or of the cgroup, in MB, whichever is less; None where neither is told."""
    limits = []
    try:
        kilobytes = int(Path("/proc/meminfo").read_text().split("MemTotal:")[1].split()[0])
        limits.append(kilobytes // 1024)
        limits.append(int(Path("/sys/fs/cgroup/memory.max").read_text()) // 2**20)
    except (OSError, ValueError, IndexError):
        pass
    return min(limits) if limits else None


def _memory(_: Paths) -> Iterator[Finding]:
    total = memory_mb()
    if total is None:
        yield Finding("note", "memory unknown on this system", f"training wants {TRAIN_MB} MB, serving {SERVE_MB} MB")
    elif total < SERVE_MB:
        yield Finding("bad", f"memory {total} MB", f"serving wants {SERVE_MB} MB")
    elif total < TRAIN_MB:
        yield Finding("note", f"memory {total} MB", f"enough to serve; train where there are {TRAIN_MB} MB")
    else:
        yield Finding("ok", f"memory {total} MB")


def _disk(paths: Paths) -> Iterator[Finding]:
    free = shutil.disk_usage(paths.root).free // 2**20
    if free < FREE_MB:
        yield Finding("note", f"disk {free} MB free", f"installing and training wants {FREE_MB} MB; serving 300 MB")
    else:
        yield Finding("ok", f"disk {free} MB free")


def _cpu(_: Paths) -> Iterator[Finding]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        flags = set(Path("/proc/cpuinfo").read_text().split("flags", 1)[1].split("\n", 1)[0].split())
    except (OSError, IndexError):
        yield Finding("note", f"{cores} cores, CPU flags unknown")
        return
    has = [flag for flag in FLAGS if flag in flags]
    if "avx2" in flags:
        yield Finding("ok", f"{cores} cores with {', '.join(has)}")
    else:
        yield Finding("note", f"{cores} cores without AVX2", "TensorFlow may refuse to start; serving works")


def _git(paths: Paths) -> Iterator[Finding]:
    if not shutil.which("git"):
        yield Finding("bad", "git is missing", "install it: dvc and the registry's tags need it")
        return
    inside = subprocess.run(["git", "rev-parse", "HEAD"], cwd=paths.root, capture_output=True, text=True, check=False)
    if inside.returncode:
        yield Finding("bad", "this folder has no git commit", "git init, then commit; dvc and the registry need it")
        return
    dirty = subprocess.run(
        ["git", "status", "--porcelain"], cwd=paths.root, capture_output=True, text=True, check=False
    )
    changed = len(dirty.stdout.splitlines())
    state = f", {changed} files changed since" if changed else ", clean"
    yield Finding("ok", f"git commit {inside.stdout[:10]}{state}")


def _dvc(paths: Paths) -> Iterator[Finding]:
    config = paths.root / ".dvc" / "config"
    if not config.exists():
        yield Finding("bad", "no .dvc folder here", "change to the project's folder, or run `dvc init`")
        return
    text = config.read_text(encoding="utf-8")
    if "enabled = true" not in text.lower():
        yield Finding("bad", "DVC does not compose conf/", "dvc config hydra.enabled True")
    if "remote" not in text:
        yield Finding("note", "DVC has no remote", "dvc remote add -d local ../tinysight-storage")
    yield Finding("ok", "DVC is set up here")
    if paths.raw.exists() and not paths.raw.with_suffix(".dvc").exists():
        yield Finding("bad", "data/raw is not under DVC", "dvc add data/raw, then commit data/raw.dvc")


def _configuration(paths: Paths) -> Iterator[Finding]:
    try:
        from tinysight.config import differences, load_params

        params = load_params(paths.params)
        different = differences(paths.conf, paths.params)
    except ModuleNotFoundError:
        return  # a machine that only serves
    except TinysightError as error:
        yield Finding("bad", str(error).replace("\n", " "))
        return
    if different:
        yield Finding("note", f"params.yaml differs from conf/ in {len(different)} keys", "tinysight params --check")
    else:
        yield Finding("ok", f"params.yaml is what conf/ composes to; data set {params.dataset.name}")


def _store(paths: Paths) -> Iterator[Finding]:
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    if uri.startswith(("http://", "https://")):
        try:
            urllib.request.urlopen(uri.rstrip("/") + "/health", timeout=5).close()  # noqa: S310 - scheme checked above
            yield Finding("ok", "the tracking server answers")
        except (urllib.error.URLError, OSError) as error:
            yield Finding(
                "bad", f"the tracking server does not answer: {error}", "start it, or unset MLFLOW_TRACKING_URI"
            )
    elif uri:
        yield Finding("note", "tracking store named by MLFLOW_TRACKING_URI; it is opened when it is used")
    elif paths.store.exists():
        yield Finding("ok", "tracking store .tinysight/mlflow.db")
    else:
        yield Finding("note", "no tracking store yet", "the first `dvc repro` makes it")
