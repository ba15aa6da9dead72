"""What software made a model: Python, the machine's kind, and the packages that this project asks for."""

import platform
import re
from importlib import metadata


def environment() -> dict[str, str]:
    """Name to version, of what is installed."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for line in [*(metadata.requires("tinysight") or []), "tinysight"]:
        name = re.split(r"[^\w.-]", line)[0]
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # of an extra that nobody installed
    return found
