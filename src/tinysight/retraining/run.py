"""One retraining from pull to push, alone on its work tree, that ends in an outcome whatever happens."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tinysight.config import load_params
from tinysight.errors import DataError, TinysightError, TrackingError, os_error
from tinysight.paths import Paths
from tinysight.retraining.journal import Journal, why_failed
from tinysight.retraining.outcome import Outcome, judged
from tinysight.retraining.remote import pull, push
from tinysight.tracking.record import read_verdict
from tinysight.tracking.registry import holder_of, list_versions
from tinysight.tracking.release import NO_PROMOTE
from tinysight.tracking.version_info import PRODUCTION, VersionInfo
from tinysight.whole_file import write_whole

RAN = "Running stage '"
WAIT = "Wait for it, or stop it."


class BusyError(TinysightError):
    """Another retraining is at work on this work tree."""


@dataclass
class _Course:
    """How far it has come."""

    paths: Paths
    journal: Journal
    lock: int
    promote: bool
    known: list[VersionInfo] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def retrain(paths: Paths, *, promote: bool = False, quiet: bool = False) -> Outcome:
    """Pulls, runs the pipeline, reads the decision and pushes; never promotes unless asked.

    Args:
        paths: the project.
        promote: let register release what the gate lets pass, as `dvc repro` does.
        quiet: print nothing; the log has it all.
    """
    began = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    folder = paths.state / "retrain"
    try:
        with alone(paths) as lock, closing(Journal(folder, quiet=quiet)) as journal:
            course = _Course(paths, journal, lock, promote)
            outcome = _ending(course)
            outcome = replace(outcome, ran=tuple(course.ran), notes=tuple(course.notes), seconds=course.seconds,
                              began=began, log=str(journal.path))  # fmt: skip
            journal.say("\n".join([*(f"note: {note}" for note in outcome.notes), outcome.line()]))
            _note(folder, outcome)
    except (SystemExit, KeyboardInterrupt):
        _note(folder, Outcome("failed", "It was stopped.", began=began))
        raise
    except BusyError:
        return Outcome("busy", WAIT, began=began)
    return outcome


def _note(folder: Path, outcome: Outcome) -> None:
    """For whoever asks later."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "last.json", outcome.as_json() + "\n")


@contextmanager
def alone(paths: Paths) -> Iterator[int]:
    """Holds this work tree's lock; a killed retraining holds it as long as the command that it started.

    Raises:
        BusyError: if another holds it.
    """
    paths.state.mkdir(parents=True, exist_ok=True)
    with (paths.state / "retrain.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"Another retraining is at work in {paths.root}. {WAIT}") from None
        yield file.fileno()


def _ending(course: _Course) -> Outcome:
    try:
        course.known = _versions_if_any(course)
        with _timed(course, "pull"):
            course.notes += pull(course.paths.root, course.journal)
        with _timed(course, "repro"):
            failure = _repro(course)
        with _timed(course, "push"):
            not_pushed = push(course.paths.root, course.journal)
        if failure or not_pushed:
            return Outcome("failed", " ".join(filter(None, (failure, not_pushed))))
        return _decision(course)
    except TinysightError as error:
        return Outcome("failed", str(error))
    except OSError as error:
        return Outcome("failed", os_error(error))


def _versions_if_any(course: _Course) -> list[VersionInfo]:
    try:
        return list_versions(course.paths)
    except TrackingError as error:  # training does not need it; register will say so if it is still away
        course.notes.append(f"The registry did not answer before the training: {error}")
        return []


@contextmanager
def _timed(course: _Course, step: str) -> Iterator[None]:
    start = time.monotonic()
    try:
        yield
    finally:
        course.seconds[step] = round(time.monotonic() - start, 1)


def _repro(course: _Course) -> str:
    """Runs the pipeline; what was made before it failed is pushed all the same, and not lost with the machine."""
    held = "0" if course.promote else "1"
    more = {NO_PROMOTE: os.environ.get(NO_PROMOTE) or held}
    code, lines = course.journal.run(course.paths.root, "dvc", "repro", keep_open=course.lock, **more)
    course.ran = [line.removeprefix(RAN).split("'")[0] for line in lines if line.startswith(RAN)]
    return f"`dvc repro` ended with {code}: {why_failed(lines)}" if code else ""


def _decision(course: _Course) -> Outcome:
    paths, name = course.paths, load_params(course.paths.params).register_.name
    versions = list_versions(paths)
    chosen = read_verdict(paths).get("chosen")
    version = holder_of(versions, paths.model(chosen)) if chosen else None
    if chosen and version is None:
        raise DataError(f"{name}: the registry does not hold {paths.model(chosen)}. Run `dvc repro -f -s register`.")
    champion = next((one.version for one in versions if PRODUCTION in one.aliases), "")
    ending, reason = judged(version, course.known, course.ran)
    return Outcome(ending, reason, name=name, version=version.version if version else "", champion=champion)
