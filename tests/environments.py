"""Virtual environments of their own, for what must not be mixed with the packages of this project."""

import subprocess
import sys
from pathlib import Path

UV = str(Path(sys.executable).parent / "uv")


def make_environment(place: Path, listed: Path, *, compiled: bool = False) -> Path:
    """An environment with exactly the packages of a list, by hash, in a new folder; its folder of programs.

    Args:
        place: the folder to make.
        listed: a list of packages with hashes.
        compiled: whether bytecode is written at once.
    """
    empty_environment(place)
    words = ["--require-hashes", *(["--compile-bytecode"] if compiled else []), str(listed)]
    subprocess.run([UV, "pip", "sync", "-q", "--python", str(place / "bin" / "python"), *words], check=True)
    return place / "bin"


def empty_environment(place: Path) -> Path:
    """An environment with Python alone; its Python."""
    subprocess.run([UV, "venv", "-q", "--clear", "--python", sys.executable, str(place)], check=True)
    return place / "bin" / "python"
