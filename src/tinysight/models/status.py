"""Whether a candidate came through a stage: a rung that fails says why and stops nothing else."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from tinysight.errors import DataError, TinysightError
from tinysight.whole_file import write_whole

STATUS = "status.json"
LONGEST_REASON = 400  # characters: some libraries put a whole graph into a message


@dataclass(frozen=True)
class Status:
    """How a candidate's stage ended.

    Attributes:
        status: ok or failed.
        reason: one line that says why it failed; empty when ok.
    """

    status: Literal["ok", "failed"]
    reason: str = ""

    @property
    def failed(self) -> bool:
        """True when the stage left nothing but this status."""
        return self.status == "failed"


OK = Status("ok")


def failure(error: BaseException) -> Status:
    """The failed status that says in one line what an exception says; its type too where it is not ours."""
    words = " ".join(str(error).split())
    if not isinstance(error, TinysightError):
        words = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return Status("failed", words if len(words) <= LONGEST_REASON else words[: LONGEST_REASON - 1] + "…")


def write_status(folder: Path, status: Status) -> None:
    """Writes status.json whole into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / STATUS, json.dumps(asdict(status), indent=1, ensure_ascii=False) + "\n")


def read_status(folder: Path) -> Status:
    """Reads status.json.

    Raises:
        DataError: if it is missing or is not a status.
    """
    path = folder / STATUS
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        status, reason = content["status"], content["reason"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} cannot be read: {error}. Run `dvc repro` to make it again.") from None
    if status not in ("ok", "failed") or not isinstance(reason, str):
        raise DataError(f"{path}: status must be ok or failed. Received: {status}. Run `dvc repro` to make it again.")
    return Status(status, reason)


def read_int8_status(export: Path) -> Status:
    """How the making of model.int8.onnx ended, as export.json says; ok where none was to be made.

    An export.json that cannot be read is ok here: the candidate itself fails by it.

    Args:
        export: a candidate's folder out of export.
    """
    try:
        reason = json.loads((export / "export.json").read_text(encoding="utf-8"))["int8"]["failed"]
    except (OSError, ValueError, KeyError, TypeError):
        return OK
    return Status("failed", str(reason))
