"""Leaves in a list of packages only the hashes of what Python 3.11 on Linux can install: a sixth of the bytes.

    python requirements/narrow.py requirements/dev.txt ...

The lists are resolved for Python 3.11 on Linux, so the hashes of other wheels help nobody. What stays are the wheels
that uv would choose on the two kinds of processors, and the source of each package.
"""

import re
import subprocess
import sys
from pathlib import Path

GLIBC = "manylinux_2_28"  # Debian 10, Ubuntu 20.04, RHEL 8 and all that is newer


def narrow(listed: str, keep: set[str]) -> str:
    """The same list with these hashes alone; a package of which none would be left keeps all it has.

    Args:
        listed: lines as uv writes them: a package, its hashes, then comments that say who needs it.
        keep: sha256 in hex digits.
    """
    return "".join(_narrow_one(package, keep) for package in re.split(r"(?m)^(?=[A-Za-z0-9])", listed))


def _narrow_one(package: str, keep: set[str]) -> str:
    head, *hashes = re.split(r" \\\n    --hash=sha256:", package)
    last, line_end, comments = hashes.pop().partition("\n") if hashes else ("", "", "")
    kept = [found for found in (*hashes, last) if found in keep] or [*hashes, last]
    return "".join([head, *(f" \\\n    --hash=sha256:{found}" for found in kept if found), line_end, comments])


def installable(path: Path) -> set[str]:
    """The hashes of the files that uv would install of a list, and of the sources."""
    locks = [_chosen(path, "x86_64")]
    try:
        locks.append(_chosen(path, "aarch64"))
    except subprocess.CalledProcessError:
        print(f"{path}: not for ARM, since a package has no wheel for it")
    return {found for lock in locks for found in re.findall(r'sha256 = "([0-9a-f]{64})"', lock)}


def _chosen(path: Path, processor: str) -> str:
    words = ["uv", "pip", "compile", "-q", "--no-deps", "--format", "pylock.toml", "--python-version", "3.11"]
    words += ["--python-platform", f"{processor}-{GLIBC}", str(path)]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Narrows each list that is named."""
    for path in map(Path, sys.argv[1:]):
        path.write_text(narrow(path.read_text(encoding="utf-8"), installable(path)), encoding="utf-8")


if __name__ == "__main__":
    main()
