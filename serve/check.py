"""Whether the service would start here as its environment says: looked at one by one; only missing folders are made."""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from serve.capture_folder import check_writable
from serve.command import variable
from serve.keys import Keys
from serve.listening import listen
from serve.releases import ModelSource
from serve.settings import Settings, load_settings
from serve.trial import Trial, try_model
from tinysight.errors import ConfigError, TinysightError
from tinysight.machine import machine_memory, memory_limit, usable_cores

MIB = 1 << 20
TIGHT = 0.9  # of the memory that there is; pictures want some as well
ELSEWHERE = {
    "TINYSIGHT_NO_PROMOTE",
    "TINYSIGHT_API_KEY",
    "TINYSIGHT_BOT",
}  # variables of other programs of this project


@dataclass
class Findings:
    """What was found so far, printed as it comes.

    Attributes:
        code: the exit code that follows from it.
    """

    code: int = 0

    def look(self, what: str, do: Callable[[], str]) -> bool:
        """Prints what comes of it in a line; False if that is an error.

        Args:
            what: is looked at.
            do: gives the line.
        """
        try:
            self.say("ok", what, do())
        except TinysightError as error:
            self.say("wrong", what, " ".join(str(error).split()))
            self.code = 2 if isinstance(error, ConfigError) else self.code or 1
            return False
        return True

    @staticmethod
    def say(judgement: str, what: str, words: str) -> None:
        """Prints a line; the judgement is `ok`, `note` or `wrong`."""
        print(f"{judgement:<6} {what}: {words}", flush=True)


def check() -> int:
    """Prints a line for each thing that a start needs.

    Returns:
        0 if it would succeed, 2 for a setting that cannot work, 1 for anything else that is wrong.
    """
    found = Findings()
    loaded: list[Settings] = []
    if not found.look("settings", lambda: _settings(loaded)):
        return found.code
    settings = loaded[0]
    for name in sorted(unknown_variables()):
        found.say("note", name, "is set, but the service knows no such variable. Look for a slip, or unset it.")
    found.look("port", lambda: _port(settings))
    if settings.tracking_uri or settings.model.startswith("models:"):
        found.look("cache", lambda: _cache(settings))
    if settings.capture_dir:
        found.look("captures", lambda: _captures(settings))
    trials: list[Trial] = []
    if found.look("model", lambda: _model(settings, trials)):
        found.look("memory", lambda: _memory(settings, trials[0]))
    return found.code


def unknown_variables() -> set[str]:
    """Variables with our prefix that nothing reads."""
    known = {variable(name) for name in Settings.model_fields} | ELSEWHERE
    return {name for name in os.environ if name.startswith("TINYSIGHT_")} - known


def _settings(loaded: list[Settings]) -> str:
    settings = load_settings()
    Keys(settings.api_keys, settings.api_keys_file)
    loaded.append(settings)
    workers, cores = settings.workers, usable_cores()
    return f"{settings.model or 'no model'}, {workers} workers on {cores} cores that may be used"


def _port(settings: Settings) -> str:
    listen(settings.host, settings.port).close()
    return f"{settings.host}:{settings.port} is free"


def _cache(settings: Settings) -> str:
    folder = settings.cache
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = os.statvfs(folder)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written: {error.strerror}. Set TINYSIGHT_CACHE_DIR to a folder that can."
        ) from None
    return f"{folder} can be written, {free.f_bavail * free.f_frsize / MIB:,.0f} MiB are free"


def _captures(settings: Settings) -> str:
    assert settings.capture_dir is not None
    folder = settings.capture_dir.expanduser()
    check_writable(folder)
    free, most = os.statvfs(folder), settings.capture_megabytes
    left = free.f_bavail * free.f_frsize / 1e6
    words = f"{folder} can be written, {most:,.0f} MB of {left:,.0f} free for {settings.capture_days:g} days"
    return words if left > most else f"{words}: less is kept where the disk fills up"


def _model(settings: Settings, trials: list[Trial]) -> str:
    source = ModelSource(settings)
    began = time.monotonic()
    trial = try_model(source)
    trials.append(trial)
    words = f"{trial.name} version {trial.version} passes its checks, after {time.monotonic() - began:.1f} s"
    return f"{words}; {trial.note}" if trial.note else words


def _memory(settings: Settings, trial: Trial) -> str:
    needed = trial.shared + settings.workers * trial.own
    limit = memory_limit()
    room = min(limit or machine_memory(), machine_memory())
    words = f"about {needed / MIB:.0f} MiB for {settings.workers} workers before the first picture"
    if needed > TIGHT * room:
        raise ConfigError(
            f"{words}; {'the control group' if limit else 'this machine'} has {room / MIB:.0f}."
            " Set fewer TINYSIGHT_WORKERS, or give it more."
        )
    return f"{words}, of {room / MIB:,.0f} MiB {'that the control group allows' if limit else 'in this machine'}"
