"""Puts together what the data report says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import tinysight
from tinysight.data.dataset import DatasetInfo
from tinysight.data.evidence import Evidence
from tinysight.data.report.choosing import samples_of_classes, seen_rows
from tinysight.data.report.content import SCHEMA, ClassSummary, DataReport, Division, Mislabelled, Origin
from tinysight.data.report.division import divide
from tinysight.data.report.measures import summarise_brightness, summarise_files
from tinysight.data.report.summary import summarise
from tinysight.data.report.titles import gravest_first
from tinysight.data.sides import SIDES
from tinysight.data.violation import Violation
from tinysight.params import DatasetParams, Params

FIGURES = ("same_bytes", "same_pixels", "near_duplicates", "label_conflict", "label_errors", "blank")


@dataclass(frozen=True)
class Collected:
    """A report and what the page needs beside it.

    Attributes:
        report: what report.json holds.
        sides: the side of the split of each row, empty for none.
    """

    report: DataReport
    sides: tuple[str, ...]


def collect(evidence: Evidence, findings: Sequence[Violation], info: DatasetInfo, params: Params) -> Collected:
    """Says of a data set what is worth knowing.

    Args:
        evidence: what the checks looked at.
        findings: what they found.
        info: what ingest says.
        params: how the pictures were decoded, and the split that was asked for.
    """
    samples, groups = evidence.samples, evidence.groups.tolist()
    division, sides = divide(samples, groups, params.split, evidence.leaks)
    classes = _classes(evidence, sides if division.sides else ())
    ordered = tuple(gravest_first(findings))
    report = DataReport(
        schema=SCHEMA,
        version=tinysight.__version__,
        origin=_origin(info, params.dataset),
        summary=summarise(ordered, division.problem),
        figures=_figures(evidence, ordered, division),
        notes=info.notes,
        findings=ordered,
        mislabelled=_mislabelled(evidence, ordered),
        quarantined=tuple(evidence.quarantine),
        classes=classes,
        files=summarise_files(evidence.facts),
        brightness=summarise_brightness(evidence.looks.brightness),
        division=division,
        seen=evidence.paths(seen_rows(samples, evidence.facts, groups)),
    )
    return Collected(report, sides)


def _origin(info: DatasetInfo, dataset: DatasetParams) -> Origin:
    return Origin(
        name=info.name, kind=dataset.kind, path=dataset.path, digest=info.digest, image_size=info.image_size,
        fit=dataset.fit, background=dataset.background, window=dataset.window,
    )  # fmt: skip


def _classes(evidence: Evidence, sides: Sequence[str]) -> tuple[ClassSummary, ...]:
    placed = Counter(zip((sample.class_name for sample in evidence.samples), sides, strict=False))
    counts = evidence.counts
    chosen = samples_of_classes(evidence.samples, evidence.groups.tolist(), evidence.class_names)
    return tuple(
        ClassSummary(
            name=name,
            pictures=counts[name],
            sides={side: placed[name, side] for side in SIDES} if sides else {},
            samples=evidence.paths(rows),
        )
        for name, rows in zip(evidence.class_names, chosen, strict=True)
    )


def _mislabelled(evidence: Evidence, findings: Sequence[Violation]) -> tuple[Mislabelled, ...]:
    shown = {path for found in findings if found.check == "label_errors" for path in found.paths}
    suspects = [(evidence.samples[suspect.row].path, suspect) for suspect in evidence.suspects]
    return tuple(Mislabelled(path, s.given, s.likely, s.confidence) for path, s in suspects if path in shown)


def _figures(evidence: Evidence, findings: Sequence[Violation], division: Division) -> dict[str, float]:
    """What MLflow shows of a data set; a check that is off has no figure."""
    counts = evidence.counts.values()
    levels = evidence.limits.levels.model_dump()
    found = {check: 0 for check in FIGURES if levels.get(check) != "off"}
    for finding in findings:
        if finding.check in found:
            found[finding.check] += len(finding.paths)
    by_level = Counter(finding.level for finding in findings)
    return {
        "data/pictures": len(evidence.samples),
        "data/classes": len(evidence.class_names),
        "data/quarantined": len(evidence.quarantine),
        "data/largest_class": max(counts, default=0),
        "data/smallest_class": min(counts, default=0),
        "data/groups": division.groups,
        "data/leaks": len(division.leaks),
        **{f"data/{check}": count for check, count in found.items()},
        **{f"data/{level}s": by_level[level] for level in ("error", "warning", "note")},
        **{f"data/share_{side.name}": side.share for side in division.sides},
    }
