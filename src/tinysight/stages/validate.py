"""ImageSet → what is wrong with it, which pictures must stay together, and a report; an error stops the pipeline."""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tinysight.data.checks.appearance import BLANK
from tinysight.data.checks.registry import find_violations
from tinysight.data.clusters import accept
from tinysight.data.dataset import DatasetInfo, decoding_of, read_info, read_quarantine
from tinysight.data.evidence import Evidence
from tinysight.data.facts import read_facts
from tinysight.data.groups import Rows, group_samples, keys_of, write_groups
from tinysight.data.imageset import ImageSet
from tinysight.data.looks import measure_looks
from tinysight.data.near_duplicates import find_near_duplicates
from tinysight.data.report.collecting import collect
from tinysight.data.report.content import PAGE
from tinysight.data.report.thumbnails import Pictures
from tinysight.data.report.writing import write_data_report
from tinysight.data.sources.source import SourceFile, open_source
from tinysight.data.suspects import Suspect
from tinysight.data.violation import Violation
from tinysight.errors import DataError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.whole_file import write_whole


def run(params: Params, paths: Paths) -> None:
    """Writes groups.csv, violations.json and the data report, also where an error stops the pipeline.

    Raises:
        DataError: with one line for each error, and where to look.
    """
    images, info = ImageSet.open(paths.dataset), read_info(paths.dataset)
    evidence = _gather(images, info, params, paths)
    violations = find_violations(evidence)
    paths.validation.mkdir(parents=True, exist_ok=True)
    write_groups(paths.validation / "groups.csv", evidence.groups)
    _write_violations(paths.validation / "violations.json", violations)
    pictures = Pictures(images, evidence.facts, _source(params, paths), decoding_of(params.dataset))
    write_data_report(paths.data_report, collect(evidence, violations, info, params), pictures)
    _tell(violations, (paths.data_report / PAGE).relative_to(paths.root))


def _gather(images: ImageSet, info: DatasetInfo, params: Params, paths: Paths) -> Evidence:
    facts, keys, limits = read_facts(paths.dataset), keys_of(images.pixels), params.validate_
    looks = measure_looks(images.pixels, facts, params.dataset.fit)
    blank = set(np.flatnonzero(looks.contrast < BLANK).tolist())
    found = [pair for pair in find_near_duplicates(images.pixels) if not blank.intersection(pair)]
    near = accept(found, images.samples, limits)
    groups = group_samples(images.samples, keys, near.pairs if limits.group_near_duplicates else ())
    return Evidence(
        samples=images.samples,
        class_names=[*info.class_names, *info.empty_classes],
        quarantine=read_quarantine(paths.dataset),
        facts=facts,
        looks=looks,
        pixel_keys=keys,
        groups=groups,
        near_pairs=near.pairs,
        large_clusters=near.large,
        suspects=_suspects(images, params, paths, group_samples(images.samples, keys, near.pairs), blank),
        image_size=info.image_size,
        leaks=getattr(params.dataset, "leaks", "refuse"),
        limits=limits,
    )


def _suspects(images: ImageSet, params: Params, paths: Paths, alike: Rows, blank: Collection[int]) -> Sequence[Suspect]:
    """Doubted labels; what looks for them is loaded only if anybody asks."""
    if params.validate_.levels.label_errors == "off":
        return ()
    from tinysight.evaluation.label_errors import find_label_errors

    return find_label_errors(images, params, paths, alike, leave_out=sorted(blank))


def _source(params: Params, paths: Paths) -> Mapping[str, SourceFile]:
    """The files to show; where they are gone, the report shows what ingest made of them."""
    try:
        return open_source(params.dataset, paths.root)
    except DataError:
        return {}


def _tell(violations: Sequence[Violation], page: Path) -> None:
    """Errors are raised, all else is printed."""
    for violation in violations:
        if violation.level != "error":
            print(f"{violation.level}: {violation.message}", file=sys.stderr)
    errors = [violation.message for violation in violations if violation.level == "error"]
    if errors:
        raise DataError("\n".join([*errors, f"Look at {page}."]))


def _write_violations(path: Path, violations: Sequence[Violation]) -> None:
    text = json.dumps([asdict(violation) for violation in violations], indent=2, ensure_ascii=False)
    write_whole(path, text + "\n")
