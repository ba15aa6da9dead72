"""What a service has kept, made for tests: captures, folders, and traffic that keeps pictures."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from serving import Running

from serve.capture_folder import CaptureFolder
from serve.settings import load_settings
from tinysight.records import Capture, new_id, write_captures

CLASS = "red"


def a_capture(picture: bytes = b"picture", when: float | None = None, **other: Any) -> Capture:
    """A capture of a picture, that the model took for red."""
    moment = time.time() if when is None else when
    known = Capture(
        prediction_id=new_id(moment), when=moment, class_name=CLASS, best_class=CLASS, confidence=0.9,
        probabilities={CLASS: 0.9, "green": 0.07, "blue": 0.03}, model="colours", model_version="3", reason="sample",
        rate=0.1, digest=sha256(picture).hexdigest(),
    )  # fmt: skip
    return replace(known, **other)


def records_of(folder: Path, captures: Sequence[Capture], picture: bytes = b"picture") -> None:
    """Captures of one picture in a folder."""
    write_captures(folder, [(capture, picture) for capture in captures])


def folder_of(path: Path, *, megabytes: float = 200, days: float = 30, workers: int = 1) -> CaptureFolder:
    """A service's folder with these limits."""
    return CaptureFolder(
        load_settings(capture_dir=path, capture_megabytes=megabytes, capture_days=days, workers=workers)
    )


def capture_bytes(folder: Path) -> int:
    """What a folder holds on the disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def predict(service: Running, picture: bytes, query: str = "?keep=true") -> dict[str, Any]:
    """The answer about a picture that is to be kept."""
    status, _, body = service.ask("POST", f"/predict{query}", picture, content_type="image/png")
    assert status == 200, body
    answer: dict[str, Any] = json.loads(body)
    return answer


def give(service: Running, said: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    """What the service answers to feedback."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    status, _, answer = service.ask("POST", "/feedback", body, **{"content_type": "application/json"} | headers)
    return status, json.loads(answer)
