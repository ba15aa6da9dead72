"""`make soak`: the stage register is killed at 200 random moments and started again; nothing may be lost or doubled."""

import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from results import BAD, GOOD, give_store, make_results  # noqa: E402

from tinysight.bundle import check_golden, sha256_of  # noqa: E402 - as above
from tinysight.config import load_params  # noqa: E402
from tinysight.paths import Paths  # noqa: E402
from tinysight.predictor import Predictor  # noqa: E402
from tinysight.stages import register  # noqa: E402
from tinysight.tracking.alias_moves import read_moves  # noqa: E402
from tinysight.tracking.registry import download, find_model, versions_of  # noqa: E402
from tinysight.tracking.store import open_store  # noqa: E402

NAME, SAID = "colours", "said.txt"
# in each registry: the first model, one that is better, one that is as good, one that is worse, the second once more
MODELS = ((BAD, 1), (GOOD, 2), (GOOD, 3), (BAD, 4), (GOOD, 2))


@dataclass
class Found:
    """What the kills met, and what was wrong after the next start.

    Attributes:
        kills: processes that were killed.
        too_late: processes that had ended before their time came.
        drafts: kills that left a version without all its files.
        begun: kills that left a move of an alias half done.
        outcomes: of the starts after the kills.
        wrong: what was not as if nobody had been killed.
    """

    kills: int = 0
    too_late: int = 0
    drafts: int = 0
    begun: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def main(kills: int) -> int:
    """Fills one registry after another until the stage was killed often enough."""
    import mlflow.onnx
    import mlflow.pyfunc
    import mlflow.store.model_registry.sqlalchemy_store
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401

    found, chance, began, registries = Found(), random.Random(0), time.monotonic(), 0
    while found.kills < kills:
        with tempfile.TemporaryDirectory() as folder:
            _fill(Paths(Path(folder) / "project"), chance, found, kills)
        registries += 1
        print(registries, found.kills, dict(found.outcomes), *found.wrong, sep="\n", flush=True)
    figures: dict[str, object] = {
        "kills": found.kills,
        "registries": registries,
        "ended_before_the_kill": found.too_late,
        "left_a_version_without_files": found.drafts,
        "left_a_move_half_done": found.begun,
        "outcomes_after_the_next_start": dict(found.outcomes),
        "wrong": len(found.wrong),
        "minutes": round((time.monotonic() - began) / 60, 1),
    }
    print(figures, *found.wrong, sep="\n")
    write("register_kills", figures)
    return 1 if found.wrong else 0


def _fill(paths: Paths, chance: random.Random, found: Found, kills: int) -> None:
    """Registers five models; each time the stage is killed once or twice, and then may end."""
    usual, files = 2.0, set()
    for number, (noise, seed) in enumerate(MODELS):
        make_results(paths.root, "~model@models.mlp", faint=10, noise=noise, seed=seed)
        if number == 0:
            give_store(paths)
        os.chdir(paths.root)
        files.add(sha256_of(paths.model("svm")))
        for _ in range(chance.choice((1, 2))):
            if found.kills < kills:
                _kill(paths, chance.uniform(0, usual), found)
        started = time.monotonic()
        code = _register(paths, None)
        usual = max(0.5, time.monotonic() - started)
        if code:
            found.wrong.append(f"the next start ended with {code}: {(paths.root / SAID).read_text()[-2000:]}")
        found.outcomes[paths.release.read_text(encoding="utf-8").splitlines()[0].removeprefix("# Release: ")] += 1
        found.wrong += [f"model {number}: {what}" for what in _elsewhere(lambda: list(_wrong(paths, files)))]
    os.chdir(ROOT)


def _kill(paths: Paths, after: float, found: Found) -> None:
    """Starts the stage, kills it after so many seconds, and looks what it has left."""
    if _register(paths, after) != -signal.SIGKILL:
        found.too_late += 1
        return
    found.kills += 1
    left = _elsewhere(lambda: _left(paths))
    found.drafts += "draft" in left
    found.begun += "begun" in left


def _register(paths: Paths, after: float | None) -> int:
    """The stage in a process of its own: its exit code, or -9 if it was killed."""
    child = os.fork()
    if child == 0:
        said = os.open(paths.root / SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        code = 1
        try:
            register.run(load_params(paths.params), paths)
            code = 0
        except Exception:  # told like any other that a person would see
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _elsewhere(look: Callable[[], list[str]]) -> list[str]:
    """What a look at the registry gives, taken in another process: this one forks, so it never opens the store."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = look()
        except Exception as error:  # whatever it is, it is told
            answer = [f"{type(error).__name__}: {error}"]
        os.write(theirs, json.dumps(answer).encode()[:60_000])
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    answer = json.loads(content or b'["the look at the registry died"]')
    return [str(line) for line in answer]


def _left(paths: Paths) -> list[str]:
    """Which halves of something a killed process has left."""
    with open_store(paths, write=False) as store:
        if find_model(store, NAME) is None:
            return []
        drafts = ["draft" for version in versions_of(store, NAME) if not version.complete]
        return drafts + [move.state for move in read_moves(store, NAME)]


def _wrong(paths: Paths, files: set[str]) -> Iterator[str]:
    """What does not stand in the registry as if nobody had been killed."""
    with open_store(paths, write=False) as store, TemporaryDirectory() as folder:
        versions, moves = versions_of(store, NAME), read_moves(store, NAME)
        if sorted(version.sha256 for version in versions) != sorted(files):
            yield f"{len(versions)} versions for {len(files)} files"
        for version in versions:
            bundle = download(store, version, Path(folder) / version.version)
            check_golden(bundle, Predictor(bundle.model))
            if bundle.sha256["model.onnx"] != version.sha256:
                yield f"version {version.version} holds another file"
        if sum("production" in version.aliases for version in versions) != 1:
            yield "production is no version"
    for alias in ("production", "challenger"):
        done = [move for move in moves if move.alias == alias and move.state == "done"]
        named = next((version.version for version in versions if alias in version.aliases), "")
        if [move.before for move in done] != ["", *(move.after for move in done)][: len(done)]:
            yield f"a hole in the history of {alias}"
        if named != (done[-1].after if done else ""):
            yield f"{alias} is not where its history ends"
    if any(move.state == "begun" for move in moves):
        yield "a move was left open"
    if len({move.number for move in moves}) != len(moves):
        yield "two moves have one number"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
