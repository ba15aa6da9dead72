"""A network's training as a line on the terminal: epoch, val accuracy, time left."""

from typing import Any

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class EpochBar(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Advances at each batch; says nothing where stderr is no terminal."""

    def __init__(self, name: str, epochs: int, steps: int) -> None:
        super().__init__()
        self.async_safe = True  # so that a batch need not wait for the bar
        console = Console(stderr=True)
        self._name, self._epochs = name, epochs
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task(f"{name}: epoch 1/{epochs}", total=epochs * steps)

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
