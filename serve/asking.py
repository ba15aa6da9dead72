"""The question which version the registry wants, asked and answered in a short-lived forked process.

The process fetches and checks what is new as well, so that a file on which ONNX Runtime crashes or hangs harms
nobody else. It tells its parent over a pipe, a line a step; the last line is the outcome.
"""

import os
import signal
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Literal

from pydantic import BaseModel, ConfigDict

from serve.forks import fork
from serve.model_store import bring, check_release
from serve.releases import ModelSource
from serve.settings import Settings
from serve.version import Release, Wanted
from tinysight.errors import ConfigError, TinysightError

Step = Literal["asking", "fetching", "checking", "same", "skipped", "good", "refused", "failed"]
LIMITS = {"asking": 25.0, "fetching": 600.0, "checking": 60.0}  # seconds of a step, before the process is killed
LONGEST_REASON = 500  # characters
LINES = 1 << 16  # bytes read at once


class Report(BaseModel):
    """One line from the process that asks.

    Attributes:
        step: what it does now; or the outcome: `same` as known, `skipped` because it was refused before, `good`,
            `refused` as no version that can be served, `failed` because the source could not be asked.
        wanted: what the source names, once that is known.
        release: the version that is on this disk now, where the outcome is `good`.
        why: it was refused or failed.
        is_setting: True if the fault is one of the service's settings.
    """

    model_config = ConfigDict(frozen=True)

    step: Step
    wanted: Wanted | None = None
    release: Release | None = None
    why: str = ""
    is_setting: bool = False


Say = Callable[[Report], None]


class Asking:
    """A question that is under way in a process of its own; the one side of its pipe."""

    def __init__(self, work: Callable[[Say], None], closes: Collection[int]) -> None:
        """Starts the process.

        Args:
            work: `answer` or `answer_last_good`, with all but `say`.
            closes: open files of this process that the other must not keep.
        """
        self.pipe, write = os.pipe()
        self.pid = fork(lambda: _speak(work, write), closes=[*closes, self.pipe])
        os.close(write)
        os.set_blocking(self.pipe, False)
        self._text = b""
        self._last = Report(step="asking")
        self._killed = False
        self.deadline = time.monotonic() + LIMITS["asking"]

    def listen(self) -> None:
        """Takes what the process has said since; each step has its own time limit."""
        try:
            while piece := os.read(self.pipe, LINES):
                self._text += piece
        except BlockingIOError:
            pass
        *lines, self._text = self._text.split(b"\n")
        for line in lines:
            self._last = Report.model_validate_json(line)
            self.deadline = time.monotonic() + LIMITS.get(self._last.step, LIMITS["asking"])

    def kill(self) -> None:
        """Ends the process and all that it has started; its outcome comes when it is gone."""
        self._killed, self.deadline = True, float("inf")
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def outcome(self, status: int) -> Report:
        """What came of it, now that the process is gone.

        Args:
            status: as os.waitpid gave it.
        """
        self.listen()
        os.close(self.pipe)
        last = self._last
        if last.step not in LIMITS:
            return last
        code = os.waitstatus_to_exitcode(status)
        how = f"took over {LIMITS[last.step]:.0f} s" if self._killed else f"ended with {code}"
        if last.wanted is None:
            return Report(step="failed", why=f"Asking for the version {how}. Look at the registry.")
        why = f"{last.step.capitalize()} version {last.wanted.version} {how}. Look at what was registered."
        return Report(step="refused", wanted=last.wanted, why=why)


def answer(settings: Settings, known: Wanted | None, refused: Collection[Wanted], say: Say) -> None:
    """Asks the source; fetches and checks its version if that is another than the known one.

    Args:
        settings: of the service.
        known: what is served already.
        refused: versions not to be tried again yet.
        say: takes each report.
    """
    wanted: Wanted | None = None
    try:
        source = ModelSource(settings)
        wanted = source.look()
        if wanted == known or wanted in refused:
            say(Report(step="same" if wanted == known else "skipped", wanted=wanted))
            return
        say(Report(step="fetching", wanted=wanted))
        served = bring(source, wanted, lambda: say(Report(step="checking", wanted=wanted)))
    except Exception as error:  # ONNX Runtime's exceptions have no common type
        say(_no(error, settings, wanted))
    else:
        say(Report(step="good", wanted=wanted, release=served.release))


def answer_last_good(settings: Settings, say: Say) -> None:
    """Checks the version that was served last, so that a start needs no registry."""
    try:
        release = ModelSource(settings).last_good()
        if release is None:
            say(Report(step="failed", why="There is no earlier version in the cache."))
            return
        say(Report(step="checking", wanted=Wanted(version=release.version)))
        served = check_release(release)
    except Exception as error:
        say(_no(error, settings, None))
    else:
        say(Report(step="good", release=served.release))


def _no(error: Exception, settings: Settings, wanted: Wanted | None) -> Report:
    """The report of an error; /readyz shows it to anybody, so it names no folder of this machine."""
    words = " ".join(str(error).split()) if isinstance(error, TinysightError) else f"{type(error).__name__}: {error}"
    if wanted is not None and settings.tracking_uri:
        cache = ModelSource(settings).cache
        assert cache is not None
        for folder in (cache.draft(wanted.version), cache.version(wanted.version)):
            words = words.replace(f"{folder}/", "")
    step: Step = "failed" if wanted is None else "refused"
    setting = isinstance(error, ConfigError)
    return Report(step=step, wanted=wanted, why=words[:LONGEST_REASON], is_setting=setting)


def _speak(work: Callable[[Say], None], write: int) -> None:
    signal.alarm(int(sum(LIMITS.values())) + 1)  # the parent may be gone
    work(lambda report: _write(write, report))


def _write(write: int, report: Report) -> None:
    os.write(write, report.model_dump_json().encode() + b"\n")
