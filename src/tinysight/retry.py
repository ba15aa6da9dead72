"""`tinysight retry`: candidates that failed get another try, the others keep what they have."""

import subprocess
import sys

from tinysight.config import differences, load_params
from tinysight.errors import ConfigError
from tinysight.models.status import read_int8_status, read_status
from tinysight.paths import INT8, Paths

ORDER = ("train", "export", "evaluate")


def failed_stages(paths: Paths) -> list[str]:
    """The first stage that failed of each candidate of params.yaml, as DVC names it: `train@svm`.

    What failed of a candidate's 8-bit file alone counts too: it comes from the candidate's own stages.

    Raises:
        ConfigError: if params.yaml is missing or wrong.
        DataError: if a status cannot be read.
    """
    first = {candidate: _failed_stage(paths, candidate) for candidate in sorted(load_params(paths.params).models)}
    return [f"{stage}@{candidate}" for candidate, stage in first.items() if stage]


def _failed_stage(paths: Paths, candidate: str) -> str:
    """The first stage that failed of a candidate, or else of its 8-bit file; empty where none did."""
    folders = (paths.train(candidate), paths.export(candidate), paths.scores(candidate))
    for stage, folder in zip(ORDER, folders, strict=True):
        if folder.exists() and read_status(folder).failed:
            return stage
    if read_int8_status(paths.export(candidate)).failed:
        return "export"
    int8 = paths.scores(candidate + INT8)
    return "evaluate" if int8.exists() and read_status(int8).failed else ""


def retry(paths: Paths) -> int:
    """Runs failed stages again, with what params.yaml says, and then the rest of the pipeline.

    Returns:
        DVC's exit code: 0 when the pipeline ran through.

    Raises:
        ConfigError: if there is no pipeline result to look at.
    """
    if not paths.reports.exists() and not (paths.root / "models").exists():
        raise ConfigError("Nothing has run here yet. Run `dvc repro`.")
    stages = failed_stages(paths)
    if not stages:
        print("No candidate has failed.")
        return 0
    _tell_differences(paths)
    print(f"Again: {', '.join(stages)}", flush=True)
    forced = subprocess.run([sys.executable, "-m", "dvc", "repro", "-f", "-s", *stages], cwd=paths.root, check=False)
    if forced.returncode:
        return forced.returncode
    return subprocess.run([sys.executable, "-m", "dvc", "repro"], cwd=paths.root, check=False).returncode


def _tell_differences(paths: Paths) -> None:
    """Says what was changed in conf/ and has no effect yet: whoever has just corrected it expects that it has."""
    different = differences(paths.conf, paths.params) if paths.conf.is_dir() else []
    if different:
        print("params.yaml counts, and conf/ says otherwise; `tinysight params` takes conf/ over:")
        print("\n".join(f"  {line}" for line in different))
