"""`make bench-packages`: what a library takes on a server before it has answered anything: disk, time, memory.

Each is installed alone, with what one prediction needs beside it, into a virtual environment of its own that is
thrown away. Files are copied, not linked, so that no other process shares their pages while memory is measured.
"""

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from environments import UV, empty_environment

STARTS = 5
QUIET = {"ORT_DISABLE_TELEMETRY": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONDONTWRITEBYTECODE": "1"}
TIMED = """
import time
began = time.perf_counter()
{imports}
seconds = time.perf_counter() - began
rollup = open("/proc/self/smaps_rollup").read()
print(seconds, time.process_time(), int(rollup.partition("Pss:")[2].split()[0]) / 1024)
"""
VERSION = "import importlib.metadata as m; print(m.version('{package}'), len(list(m.distributions())))"


@dataclass(frozen=True)
class Library:
    """What can answer, what is installed for it, and what a program of one prediction imports."""

    name: str
    packages: tuple[str, ...]
    imports: str


LIBRARIES = (
    Library("ONNX Runtime", ("onnxruntime", "numpy", "pillow"), "import numpy, PIL.Image, onnxruntime"),
    Library("scikit-learn", ("scikit-learn", "pillow"), "import joblib, numpy, PIL.Image, sklearn.svm"),
    Library("PyTorch", ("torch==2.13.0", "numpy", "pillow"), "import numpy, PIL.Image, torch"),
    Library("TensorFlow", ("tensorflow-cpu", "pillow"), "import numpy, PIL.Image, tensorflow"),
)


def measure(*, starts: int = STARTS) -> dict[str, Any]:
    """Installed MiB, median seconds of an import and MiB of memory after it, for each library."""
    libraries = {}
    for library in LIBRARIES:
        with TemporaryDirectory() as folder:
            libraries[library.name] = found = measure_one(library, Path(folder) / "venv", starts)
        print(library.name, found, flush=True)
    return {"starts": starts, "libraries": libraries}


def measure_one(library: Library, place: Path, starts: int) -> dict[str, Any]:
    """Installs one library in a new folder and starts it some times, after a first time that fills caches."""
    python = empty_environment(place)
    words = [UV, "pip", "install", "-q", "--python", str(python), "--compile-bytecode", "--link-mode", "copy"]
    # where pip is told to look as well, uv looks only if it is told too: a CPU build of PyTorch may lie there
    links = [word for link in os.environ.get("PIP_FIND_LINKS", "").split() for word in ("--find-links", link)]
    subprocess.run([*words, *links, *library.packages], check=True)
    version, count = _run(python, VERSION.format(package=library.packages[0].partition("=")[0])).split()
    runs = [_run(python, TIMED.format(imports=library.imports)).split() for _ in range(starts + 1)][1:]
    seconds, cpu, mib = ([float(run[column]) for run in runs] for column in range(3))
    return {
        "version": version,
        "packages": int(count),
        "installed_mib": round(disk_mib(place / "lib"), 1),
        "import_s": round(statistics.median(seconds), 3),
        "import_s_least_most": [round(min(seconds), 3), round(max(seconds), 3)],
        "cpu_s": round(statistics.median(cpu), 3),  # of the whole process: a busy machine does not change it
        "memory_mib": round(statistics.median(mib), 1),
    }


def disk_mib(folder: Path) -> float:
    """What the files below a folder take on the disk, in MiB, as du counts it."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_dir()) / 2**20


def _run(python: Path, code: str) -> str:
    environment = {"PATH": os.environ["PATH"], **QUIET}
    done = subprocess.run([str(python), "-I", "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]
