"""`python -m tests.soak.soak_feedback`: workers are killed at full traffic; acknowledged feedback stays.

Some clients send pictures of their own, no two alike, and correct each answer; others send photos as fast as they can,
so that the folder is full and makes room all the time.
"""

import io
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from kept import capture_bytes, give, predict  # noqa: E402
from onnx_models import COLOURS  # noqa: E402
from serving import PHOTOS, Running, children, make_bundle, running  # noqa: E402

from tinysight.records import read_captures, read_feedback  # noqa: E402

WORKERS, MEGABYTES = 4, 40
LIVES = 10.1  # seconds that a worker lives at least: one that dies sooner is replaced after a pause
SPEAKERS, SENDERS = 3, 3
PAUSE = 0.05  # seconds of a speaker between two pictures, so that all that it says has room


class Traffic:
    """Clients until they are told to stop.

    Attributes:
        said: class name and digest of the picture by prediction id, of all feedback that was acknowledged.
        counts: what else was answered.
        largest: bytes of the folder at the worst moment.
    """

    def __init__(self, service: Running, kept: Path) -> None:
        self.service, self.kept = service, kept
        self.said: dict[str, tuple[str | None, str]] = {}
        self.counts: Counter[str] = Counter()
        self.largest = 0
        self._ends = threading.Event()
        work = [self._speak] * SPEAKERS + [self._send] * SENDERS + [self._watch]
        self._threads = [threading.Thread(target=self._repeat, args=(one, seed)) for seed, one in enumerate(work)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, work: Any, seed: int) -> None:
        chance = random.Random(seed)
        while not self._ends.is_set():
            try:
                work(chance)
            except (OSError, HTTPException, ValueError) as error:  # of a worker that was killed meanwhile
                self.counts[type(error).__name__] += 1

    def _speak(self, chance: random.Random) -> None:
        picture, name = _png(chance.randbytes(16 * 16 * 3)), chance.choice([*COLOURS, None])
        prediction_id = predict(self.service, picture)["prediction_id"]
        status, _ = give(self.service, {"prediction_id": prediction_id, "class_name": name})
        if status == 201:
            self.said[prediction_id] = name, sha256(picture).hexdigest()
        self.counts[f"feedback {status}"] += 1
        time.sleep(PAUSE)

    def _send(self, _: random.Random) -> None:
        predict(self.service, PHOTO, "")
        self.counts["photos"] += 1

    def _watch(self, _: random.Random) -> None:
        self.largest = max(self.largest, capture_bytes(self.kept))
        time.sleep(0.02)


def _png(pixels: bytes) -> bytes:
    file = io.BytesIO()
    Image.frombytes("RGB", (16, 16), pixels).save(file, "PNG")
    return file.getvalue()


PHOTO = PHOTOS[0].read_bytes()


def main(kills: int) -> int:
    """Kills workers, and looks for feedback that is lost or wrong, and for a folder that grew too large."""
    with tempfile.TemporaryDirectory() as name:
        folder, kept = Path(name), Path(name) / "kept"
        own = {"TINYSIGHT_CAPTURE_DIR": str(kept), "TINYSIGHT_CAPTURE_MEGABYTES": str(MEGABYTES)}
        with running(make_bundle(folder / "bundle"), folder, TINYSIGHT_WORKERS=str(WORKERS), **own) as service:
            with Traffic(service, kept) as traffic:
                began = time.monotonic()
                _kill(service, kills)
                seconds = time.monotonic() - began
            numbers = service.ask("GET", "/metrics")[2].decode()
        figures = {"kills": kills, "workers": WORKERS, "seconds": round(seconds), **_judge(traffic, kept)}
    figures["captures"] = _metric(numbers, "tinysight_captures_total")
    figures["captures_lost"] = _metric(numbers, "tinysight_captures_lost_total")
    print(json.dumps(figures, indent=1))
    write("feedback", figures)
    bad = ("feedback_missing", "feedback_wrong", "pictures_wrong", "pictures_missing")
    return 1 if any(figures[word] for word in bad) or traffic.largest > MEGABYTES * 1e6 else 0


def _kill(service: Running, kills: int) -> None:
    """The oldest worker first, at any moment, so that none dies young."""
    chance, time_of = random.Random(0), {pid: time.monotonic() for pid in children(service.process.pid)}
    done = 0
    while done < kills:
        now = time.monotonic()
        time_of = {pid: time_of.get(pid, now) for pid in children(service.process.pid)}
        oldest = min(time_of, key=lambda pid: time_of[pid])
        if len(time_of) >= WORKERS - 1 and now - time_of[oldest] > LIVES:
            os.kill(oldest, signal.SIGKILL)
            done += 1
            time_of.pop(oldest)
        time.sleep(chance.uniform(0, 2 * LIVES / WORKERS / 10))


def _judge(traffic: Traffic, kept: Path) -> dict[str, Any]:
    notes: list[str] = []
    found = {one.prediction_id: one.class_name for one in read_feedback(kept, notes.append)}
    captures = {one.prediction_id: one for one in read_captures(kept, note=notes.append)}
    said = traffic.said
    wrong = [one for one, (name, _) in said.items() if one in found and found[one] != name]
    there = [captures[one] for one in said if one in captures]
    return {
        "requests": traffic.counts["photos"] + traffic.counts["feedback 201"],
        "feedback_acknowledged": len(said),
        "feedback_missing": len(said.keys() - found.keys()),
        "feedback_wrong": len(wrong),
        "pictures_missing": len(said) - len(there),
        "pictures_wrong": sum(_wrong(one.picture(), said[one.prediction_id][1]) for one in there),
        "captures_whole": sum(one.digest == sha256(one.picture()).hexdigest() for one in captures.values()),
        "tails_passed_over": len(notes),
        "largest_mb": round(traffic.largest / 1e6, 2),
        "allowed_mb": MEGABYTES,
        "answers": dict(sorted(traffic.counts.items())),
    }


def _wrong(picture: bytes, digest: str) -> bool:
    return sha256(picture).hexdigest() != digest


def _metric(numbers: str, name: str) -> dict[str, int]:
    lines = [line for line in numbers.splitlines() if line.startswith(name + "{")]
    return {line.split('"')[1]: int(float(line.rpartition(" ")[2])) for line in lines}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
