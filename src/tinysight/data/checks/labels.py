"""Labels that are probably wrong."""

from collections.abc import Iterator

from tinysight.data.checks.finding import Finding, several
from tinysight.data.evidence import Evidence
from tinysight.data.suspect_words import in_words


def label_errors(evidence: Evidence) -> Iterator[Finding]:
    """Pictures that a model which has not seen them takes for another class."""
    suspects = evidence.suspects[: evidence.limits.label_errors_shown]
    if suspects:
        shown = f"; the {len(suspects)} most suspected are listed" if len(suspects) < len(evidence.suspects) else ""
        first = suspects[0]
        message = (
            f"{several(len(evidence.suspects), 'label')} that may be wrong{shown}, first"
            f" {evidence.samples[first.row].path}: it is labelled {first.given} and looks like {first.likely}. Found by"
            " models that had not seen the picture, so likely but not certain: look at each, and correct it in the"
            " source, or send them to your labelling tool with `tinysight samples DIR --pick problems`."
        )
        details = tuple(in_words(suspect) for suspect in suspects)
        paths = evidence.paths([suspect.row for suspect in suspects])
        yield Finding(len(evidence.suspects), message, paths, details)
