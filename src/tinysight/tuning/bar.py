"""What a person sees while tuning: a line for each trial, and on a terminal a bar with the best so far."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tinysight.tuning.outcome import Tried, best_of


class StudyBar:
    """Counts trials; says nothing but lines where stderr is no terminal."""

    def __init__(self, candidate: str, total: int, done: Sequence[Tried]) -> None:
        """Shows nothing yet.

        Args:
            candidate: its name.
            total: how many trials are wanted.
            done: those that an earlier run has ended.
        """
        self._candidate, self._total, self._trials = candidate, total, list(done)
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal,
            redirect_stdout=sys.stdout.isatty(),
        )  # fmt: skip
        self._task = self._progress.add_task(self._described(), total=total, completed=len(done))

    @contextmanager
    def shown(self) -> Iterator[None]:
        """The bar is there while the block runs; bars within it keep quiet, since two cannot share a terminal."""
        with self._progress:
            outer = sys.stderr
            sys.stderr = _NoTerminal(outer)
            try:
                yield
            finally:
                sys.stderr = outer

    def epoch(self, number: int, accuracy: float) -> None:
        """A network's epoch has ended."""
        self._progress.update(self._task, description=f"{self._described()}; epoch {number}: {accuracy:.3f}")

    def end(self, tried: Tried) -> None:
        """A trial has ended."""
        self._trials.append(tried)
        print(f"trial {tried.number + 1} of {self._total}: {_told(tried)}", flush=True)
        self._progress.update(self._task, advance=1, description=self._described())

    def _described(self) -> str:
        best = best_of(self._trials)
        return self._candidate if best is None else f"{self._candidate}: best {best.outcome.accuracy:.4f}"


def _told(tried: Tried) -> str:
    outcome = tried.outcome
    if outcome.end == "failed":
        return f"failed: {outcome.reason} ({tried.told()})"
    early = f", stopped after epoch {len(outcome.curves['epoch'])}" if outcome.end == "stopped" else ""
    return f"val, moved: {outcome.accuracy:.4f} in {outcome.seconds:.0f} s{early} ({tried.told()})"


class _NoTerminal:
    """A stream that is written to as before and does not say that it is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def isatty(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
