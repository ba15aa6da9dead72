"""The folder beside a table in which its scores grow: killed, the same command goes on in it."""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tinysight.errors import ConfigError
from tinysight.whole_file import write_whole

LISTING, SCORES, DRAFT, WORK, LOCK = "listing", "scores", "draft", "work.json", "lock"


@dataclass(frozen=True)
class Work:
    """What makes scores belong together: all must be the same for a run to go on.

    Attributes:
        model: sha256 of the model file.
        listing: sha256 of the pictures' names and places.
        programs: what else decides: versions of tinysight, Pillow and ONNX Runtime.
        model_version: for people.
        pictures: how many are listed; for people.
    """

    model: str
    listing: str
    programs: str
    model_version: str
    pictures: int


def folder_of(out: Path) -> Path:
    """Where the work for a table lies until it is finished."""
    return out.with_name(f"{out.name}.unfinished")


@contextmanager
def unfinished(out: Path) -> Iterator[Path]:
    """The work folder of a table, for this run alone. It stays when the block ends badly.

    Raises:
        ConfigError: if another run is at work in it.
    """
    folder = folder_of(out)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("ab") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with this process, however that ends
        except OSError:
            raise ConfigError(
                f"Another run writes {out} just now. Wait for its end, or name another file with --out."
            ) from None
        try:
            yield folder
        except BaseException:
            if not (folder / WORK).exists():  # nothing is done yet
                shutil.rmtree(folder)
            raise
        (folder / WORK).unlink(missing_ok=True)  # what is left after a kill from here on is rubbish
        shutil.rmtree(folder)


def claim(folder: Path, work: Work, *, anew: bool) -> None:
    """Makes a work folder belong to a work: what is left of the same work stays, of another one goes or is refused.

    Args:
        folder: the work folder.
        work: what is to be done.
        anew: throw away what another work has left.

    Raises:
        ConfigError: if another work's scores are there and it may not throw them away.
    """
    left = _left(folder)
    if left == work:
        return
    if left is not None and not anew:
        raise ConfigError(
            f"{folder} holds the unfinished work of another command: {_difference(left, work)}. Run that command again"
            " to finish it, or add --overwrite to throw it away and begin anew."
        )
    (folder / WORK).unlink(missing_ok=True)
    (folder / SCORES).unlink(missing_ok=True)
    write_whole(folder / WORK, json.dumps(asdict(work), indent=1))


def _left(folder: Path) -> Work | None:
    try:
        return Work(**json.loads((folder / WORK).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _difference(left: Work, work: Work) -> str:
    if left.model != work.model:
        version = f"version {left.model_version}, sha256 {left.model[:12]}…"
        return f"its model is {version}, and yours version {work.model_version}, sha256 {work.model[:12]}…"
    if left.listing != work.listing:
        return f"its list has {left.pictures:,} pictures, and yours {work.pictures:,} or others"
    return f"it was begun with {left.programs}, and this is {work.programs}"
