"""What docs/decisions/0003-dependencies.md quotes of docs/figures: pictures a second that augmentation makes."""

from collections.abc import Callable, Mapping

from tests.bench.measured import Figures

KINDS = {"motion": "shift, turn and zoom", "motion and tones": "the same with brightness, contrast, blur and noise"}


def augmentation(figures: Figures) -> str:
    """A sentence for each kind, with all sides that were measured."""
    found = figures.read("augmentation")
    origin = figures.origin("augmentation").replace("](figures/", "](../figures/")
    lines = []
    for kind, words in KINDS.items():
        sides = (
            f"{one['ours']:,} against {one['keras_layers']:,} pictures a second of {side}×{side}"
            f" ({one['ratio']:g} times)"
            for side, one in found[kind].items()
        )
        lines.append(f"{words[0].upper()}{words[1:]}, by us against a chain of Keras' layers: {', '.join(sides)}.")
    return f"{' '.join(lines)} From {origin}."


AUGMENTATION_BLOCKS: Mapping[str, Callable[[Figures], str]] = {"augmentation": augmentation}
"""By the name of their place."""
