"""ImageSet → what is wrong with it, and which pictures must stay together; an error stops the pipeline."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tinysight.data.checks.registry import find_violations
from tinysight.data.dataset import read_info, read_quarantine
from tinysight.data.evidence import Evidence
from tinysight.data.facts import read_facts
from tinysight.data.groups import group_samples, keys_of, write_groups
from tinysight.data.imageset import ImageSet
from tinysight.data.looks import measure_looks
from tinysight.data.violation import Violation
from tinysight.errors import DataError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.whole_file import write_whole


def run(params: Params, paths: Paths) -> None:
    """Checks the data set; writes nothing unless it can be used.

    Raises:
        DataError: with one line for each error.
    """
    images, info, facts = ImageSet.open(paths.dataset), read_info(paths.dataset), read_facts(paths.dataset)
    keys = keys_of(images.pixels)
    groups = group_samples(images.samples, keys)
    evidence = Evidence(
        samples=images.samples,
        class_names=[*info.class_names, *info.empty_classes],
        quarantine=read_quarantine(paths.dataset),
        facts=facts,
        looks=measure_looks(images.pixels, facts, params.dataset.fit),
        pixel_keys=keys,
        groups=groups,
        near_pairs=(),
        large_clusters=(),
        suspects=(),
        image_size=info.image_size,
        leaks=getattr(params.dataset, "leaks", "refuse"),
        limits=params.validate_,
    )
    violations = find_violations(evidence)
    _stop_on_errors(violations)
    paths.validation.mkdir(parents=True, exist_ok=True)
    write_groups(paths.validation / "groups.csv", groups)
    _write_violations(paths.validation / "violations.json", violations)
    for violation in violations:
        print(f"{violation.level}: {violation.message}", file=sys.stderr)


def _stop_on_errors(violations: Sequence[Violation]) -> None:
    errors = [violation.message for violation in violations if violation.level == "error"]
    if errors:
        raise DataError("\n".join(errors))


def _write_violations(path: Path, violations: Sequence[Violation]) -> None:
    text = json.dumps([asdict(violation) for violation in violations], indent=2, ensure_ascii=False)
    write_whole(path, text + "\n")
