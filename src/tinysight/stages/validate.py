"""ImageSet → what is wrong with it, and which pictures must stay together; an error stops the pipeline."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tinysight.data.checks import find_violations
from tinysight.data.dataset import read_info, read_quarantine
from tinysight.data.groups import group_samples, keys_of, write_groups
from tinysight.data.imageset import ImageSet
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
    images = ImageSet.open(paths.dataset)
    class_names = read_info(paths.dataset).class_names
    quarantine = [entry.path for entry in read_quarantine(paths.dataset)]
    keys = keys_of(images.pixels)
    violations = find_violations(images.samples, keys, class_names, quarantine, params.validate_)
    _stop_on_errors(violations)
    groups = group_samples(images.samples, keys)
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
