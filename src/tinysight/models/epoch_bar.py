"""A network's training as a line on the terminal: epoch, val accuracy, pictures a second, time left."""

from typing import Any

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class Rate(ProgressColumn):
    """Pictures a second of late."""

    def __init__(self, batch_size: int) -> None:
        super().__init__()
        self._batch_size = batch_size

    def render(self, task: Task) -> Text:
        """The rate, or nothing before there is one."""
        return Text(f"{task.speed * self._batch_size:,.0f} images/s" if task.speed else "")


class EpochBar(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Advances at each batch; says nothing where stderr is no terminal."""

    def __init__(self, name: str, epochs: int, batches: tuple[int, int], done: int = 0) -> None:
        """Shows nothing yet.

        Args:
            name: of the network.
            epochs: how many at most.
            batches: how many an epoch has, and how many pictures each.
            done: epochs that are over.
        """
        super().__init__()
        self.async_safe = True  # so that a batch need not wait for the bar
        console = Console(stderr=True)
        self._name, self._epochs, (steps, size) = name, epochs, batches
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), Rate(size), TimeRemainingColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        first = f"{name}: epoch {min(done + 1, epochs)}/{epochs}"
        self._task = self._progress.add_task(first, total=epochs * steps, completed=done * steps)

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 # Keras names its arguments
        """Shows the bar."""
        self._progress.start()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 # Keras names its arguments
        """One step further."""
        self._progress.advance(self._task)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Says how good the network is by now."""
        accuracy = (logs or {}).get("val_accuracy", 0.0)
        following = min(epoch + 2, self._epochs)
        text = f"{self._name}: epoch {following}/{self._epochs}, val accuracy {accuracy:.3f}"
        self._progress.update(self._task, description=text)

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002 # Keras names its arguments
        """Takes the bar away."""
        self._progress.stop()
