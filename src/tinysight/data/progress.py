"""Progress bars for whatever takes longer than two seconds; silent where nobody is watching."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Shows a bar on stderr, if that is a terminal, while the block runs.

    Args:
        label: what is being done.
        total: how many steps there are; None if that is not known.

    Yields:
        a function that takes the number of steps just done.
    """
    if not sys.stderr.isatty():
        yield _nothing
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
        from rich.text import Text
    except ModuleNotFoundError:  # a machine that only classifies has the base packages
        yield _nothing
        return

    class Rate(TextColumn):
        """Steps a second of the last half minute."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(""), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        yield lambda steps: progress.advance(task, steps)


def _nothing(steps: int) -> None:
    """Stands in for a bar's advance."""
