"""What the service counts about its requests; called from the event loop's thread only."""


class Metrics:
    """Every call costs about a microsecond and touches only this process's own cells."""

    def decoded(self, seconds: float) -> None:
        """A picture was decoded, or refused by the decoder, in that time."""

    def inferred(self, seconds: float) -> None:
        """The model ran once, for one picture or a group of them, in that time."""

    def predicted(self, class_name: str | None, confidence: float) -> None:
        """A picture was answered with that class, or None for unknown."""

    def refused(self, reason: str) -> None:
        """A request was turned away before its work began: one of REFUSALS."""

    def queued(self, requests: int) -> None:
        """How many requests of this worker have a place in the queue now, waiting or in work."""
