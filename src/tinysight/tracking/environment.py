"""What software made a model: Python, the machine's kind, and the packages that this project asks for."""

import platform
import re
from importlib import metadata


def environment() -> dict[str, str]:
    """Name to version, of what is installed."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in ["tinysight", *_asked_for("tinysight")]:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # of an extra that nobody installed
    return found


def _asked_for(package: str) -> list[str]:
    """The packages that a package names; none where it runs from its source without being installed."""
    try:
        return [re.split(r"[^\w.-]", line)[0] for line in metadata.requires(package) or []]
    except metadata.PackageNotFoundError:
        return []
