"""Loads the wanted version as a worker would, in a process of its own, and tells how that went."""

import os
import select
from pathlib import Path

from pydantic import BaseModel

from serve.forks import fork
from serve.model_store import check_release
from serve.releases import ModelSource
from serve.version import Release
from tinysight.errors import ConfigError, ModelError, TinysightError, TrackingError

LIMIT = 120.0  # seconds, before a file on which ONNX Runtime hangs is given up
LINES = 1 << 16


class Trial(BaseModel):
    """How it went.

    Attributes:
        name: of the model.
        version: that would be served.
        note: what the user should know all the same.
        why: it cannot be loaded; empty if it can.
        shared: bytes of memory that all processes of the service have together.
        own: bytes that each worker has for itself.
    """

    name: str = ""
    version: str = ""
    note: str = ""
    why: str = ""
    shared: int = 0
    own: int = 0


def try_model(source: ModelSource) -> Trial:
    """Fetches what the source wants, or takes the last good version where it does not answer, and loads it.

    Raises:
        TinysightError: if there is no version that can be served.
    """
    try:
        wanted = source.look()
        with source.fetched(wanted) as release:
            return _in_a_process(release)
    except ConfigError:
        raise
    except TinysightError as error:
        last_good = source.last_good()
        if last_good is None:
            raise
        why = " ".join(str(error).split())
        return _in_a_process(last_good).model_copy(update={"note": f"it is the last good one, since: {why}"})


def _in_a_process(release: Release) -> Trial:
    """Raises a ModelError where the file crashes its reader, too."""
    import serve.answering  # noqa: F401 - what the workers of a service share

    read, write = os.pipe()
    pid = fork(lambda: _load(release, write), closes=[read])
    os.close(write)
    text = b""
    while select.select([read], [], [], LIMIT)[0] and (piece := os.read(read, LINES)):
        text += piece
    os.close(read)
    if not text:
        os.kill(pid, 9)
    _, status = os.waitpid(pid, 0)
    if not text:
        how = os.waitstatus_to_exitcode(status)
        raise ModelError(f"Loading version {release.version} ended with {how}. Look at what was registered.")
    trial = Trial.model_validate_json(text)
    if trial.why:
        raise TrackingError(trial.why)
    return trial.model_copy(update={"shared": _memory("Rss")})


def _load(release: Release, write: int) -> None:
    try:
        served = check_release(release)
        trial = Trial(name=release.name, version=served.release.version, own=_memory("Private_"))
    except Exception as error:  # ONNX Runtime's exceptions have no common type
        trial = Trial(why=" ".join(str(error).split()) or type(error).__name__)
    os.write(write, trial.model_dump_json().encode())


def _memory(kind: str) -> int:
    """Bytes of memory of this process, of all kinds whose name begins so."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(kind))
