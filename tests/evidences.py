"""Evidence for tests of checks: from rows made up, or from real picture files."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

import numpy as np
from tiny_datasets import make_params, noise

from tinysight.data.checks.registry import find_violations
from tinysight.data.dataset import Quarantined
from tinysight.data.evidence import Evidence
from tinysight.data.facts import Facts
from tinysight.data.groups import Pair, group_samples, keys_of
from tinysight.data.imageset import Sample
from tinysight.data.looks import measure_looks
from tinysight.data.suspects import Suspect
from tinysight.data.violation import Violation
from tinysight.imaging import Decoding, Pixels, decode_with_header
from tinysight.params import ValidateParams
from tinysight.params.dataset import Leaks


@cache
def limits(*overrides: str) -> ValidateParams:
    """The repository's limits and levels with a few changes."""
    return make_params(*overrides).validate_


def evidence(
    samples: Sequence[Sample],
    pixels: Pixels | None = None,
    facts: Sequence[Facts] | None = None,
    *,
    empty: Sequence[str] = (),
    broken: Sequence[str] = (),
    near: Sequence[Pair] = (),
    large: Sequence[Sequence[int]] = (),
    suspects: Sequence[Suspect] = (),
    image_size: int = 0,
    leaks: Leaks = "refuse",
    overrides: Sequence[str] = (),
) -> Evidence:
    """What is known about these samples; where nothing else is said, no two pictures are alike."""
    images = noise(len(samples)) if pixels is None else pixels
    side = images.shape[1]
    files = [Facts(side, side, "PNG", "RGB", 1, 3 * side * side)] * len(samples) if facts is None else facts
    keys = keys_of(images)
    return Evidence(
        samples=samples,
        class_names=sorted({one.class_name for one in samples} | set(empty)),
        quarantine=[Quarantined(path, "The picture is broken. Save it again.") for path in broken],
        facts=files,
        looks=measure_looks(images, files, "pad"),
        pixel_keys=keys,
        groups=group_samples(samples, keys),
        near_pairs=near,
        large_clusters=large,
        suspects=suspects,
        image_size=image_size or side,
        leaks=leaks,
        limits=limits(*overrides),
    )


def from_files(files: Sequence[tuple[str, bytes]], image_size: int = 32, **more: object) -> Evidence:
    """What is known about picture files of some classes, decoded as ingest does."""
    decoding = Decoding(image_size, "pad")
    pixels, facts, samples = [], [], []
    labels = {name: label for label, name in enumerate(sorted({name for name, _ in files}))}
    for number, (name, data) in enumerate(files):
        image, header = decode_with_header(data, decoding)
        pixels.append(image)
        facts.append(Facts(*header.size, header.format, header.mode, header.orientation, len(data)))
        samples.append(Sample(f"{name}/{number:03d}", sha256(data).hexdigest(), name, labels[name]))
    return evidence(samples, np.array(pixels), facts, **more)  # type: ignore[arg-type]


def violations(known: Evidence) -> dict[str, Violation]:
    """What is found, by check."""
    return {violation.check: violation for violation in find_violations(known)}
