"""What a model says about one picture, in the words that every door gives it out."""

from dataclasses import dataclass, replace
from typing import Self

from tinysight.errors import ConfigError


@dataclass(frozen=True)
class Prediction:
    """What the model says about one picture.

    Attributes:
        class_name: the best class, or None when the model is not sure enough.
        best_class: the best class, sure or not.
        confidence: the probability of best_class, 0 to 1.
        probabilities: of each class, in the contract's order, their sum is 1; or of the most probable only,
            the largest first.
    """

    class_name: str | None
    best_class: str
    confidence: float
    probabilities: dict[str, float]

    @property
    def unknown(self) -> bool:
        """True when the confidence is below the contract's unknown_threshold."""
        return self.class_name is None

    def top(self, count: int) -> Self:
        """The same with the most probable classes only, the largest first; all if there are fewer.

        Raises:
            ConfigError: if there are to be none.
        """
        if count < 1:
            raise ConfigError(f"top is a whole number of 1 or more. Received: {count}. Correct it.")
        ranked = sorted(self.probabilities.items(), key=lambda item: -item[1])
        return replace(self, probabilities=dict(ranked[:count]))

    def answer(self) -> dict[str, object]:
        """The prediction as the service and the command line give it."""
        return {
            "class": self.class_name,
            "unknown": self.unknown,
            "best_class": self.best_class,
            "confidence": self.confidence,
            "probabilities": self.probabilities,
        }
