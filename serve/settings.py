"""What the service reads from its environment."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from serve.answer_headers import Origins
from serve.buckets import parse_rate
from serve.visitors import Proxies
from tinysight.errors import ConfigError
from tinysight.machine import usable_cores


def checked_by(read: Callable[[str], object]) -> Callable[[str], str]:
    """A check of a text by what will read it; an empty text sets nothing."""

    def check(text: str) -> str:
        if text.strip():
            read(text)
        return text.strip()

    return check


class Settings(BaseSettings):
    """One field an environment variable.

    Attributes:
        model: `models:/NAME@production`, or a bundle's folder.
        tracking_uri: the registry, as an http(s) or sqlite URI; not needed for a folder.
        cache_dir: where downloaded versions are kept, so that a restart needs no registry.
        workers: how many processes answer; each holds the model.
        poll_seconds: how often the registry is asked which version it wants.
        max_bytes: the longest request body that is read.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        log_level: from which on lines are logged: debug, info, warning or error.
        log_format: json or text; by default text on a terminal and json elsewhere.
        log_clients: whether the log names the address of who asked.
        drain_seconds: how long requests are still answered after the order to stop, while /readyz says 503.
        api_keys: the sha256 of each key that opens the service, `name:hash` between commas; without any it is open.
        api_keys_file: a file of them, one a line; it is read again when it changes.
        rate: requests a key or an address may send, such as 60/minute; no limit by default.
        queue: requests of a worker that wait with their whole body or are at work; more are refused.
        body_seconds: the time in which a request must be here, headers and body.
        request_seconds: the time that a request may wait for its turn, and that a worker may be stuck in one.
        connections: the most that a worker keeps open.
        trusted_proxies: addresses and networks whose X-Forwarded-For is believed.
        max_batch: files that one form of POST /predict/batch may have.
        capture_dir: where pictures and feedback about them are kept; nothing is kept without it.
        capture_rate: the share of all pictures that is kept; of those in doubt more.
        capture_megabytes: what they may take on the disk together; the oldest make room for new ones.
        capture_days: after which they are removed.
        drift: whether to watch that the pictures stay like those that the model was judged on.
        drift_shares: free if classes may come in other shares than there.
        drift_false_alarms: the chance that a version ever raises an alarm where nothing has changed.
        cors_origins: other sites whose pages may use the service; none by default.
    """

    model_config = SettingsConfigDict(env_prefix="TINYSIGHT_", frozen=True, extra="ignore", populate_by_name=True)

    model: str = ""
    tracking_uri: Annotated[str, Field(validation_alias="MLFLOW_TRACKING_URI")] = ""
    cache_dir: Path = Path("~/.cache/tinysight")
    workers: Annotated[int, Field(ge=1, le=64, default_factory=lambda: min(2, usable_cores()))]
    poll_seconds: Annotated[float, Field(ge=1, le=86_400)] = 15.0
    max_bytes: Annotated[int, Field(ge=1)] = 10_000_000
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] | None = None
    log_clients: bool = False
    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = 0.0
    api_keys: Annotated[str, Field(repr=False)] = ""
    api_keys_file: Path | None = None
    rate: Annotated[str, AfterValidator(checked_by(parse_rate))] = ""
    queue: Annotated[int, Field(ge=1, le=10_000)] = 32
    body_seconds: Annotated[float, Field(ge=1, le=3600)] = 30.0
    request_seconds: Annotated[float, Field(ge=1, le=3600)] = 30.0
    connections: Annotated[int, Field(ge=8, le=50_000)] = 2000
    trusted_proxies: Annotated[str, AfterValidator(checked_by(Proxies))] = ""
    max_batch: Annotated[int, Field(ge=1, le=90)] = 32
    capture_dir: Annotated[Path | None, BeforeValidator(lambda given: given or None)] = None
    capture_rate: Annotated[float, Field(ge=0, le=1)] = 0.1
    capture_megabytes: Annotated[float, Field(ge=1, le=10_000_000)] = 200.0
    capture_days: Annotated[float, Field(gt=0, le=36_500)] = 30.0
    drift: bool = True
    drift_shares: Literal["fixed", "free"] = "fixed"
    drift_false_alarms: Annotated[float, Field(ge=1e-9, le=0.5)] = 0.01
    cors_origins: Annotated[str, AfterValidator(checked_by(Origins))] = ""

    @property
    def cache(self) -> Path:
        """The cache folder, with the user's home in place of ~."""
        return self.cache_dir.expanduser()


def load_settings(**given: Any) -> Settings:
    """The settings of this environment, with the given ones in place of theirs.

    Raises:
        ConfigError: if a variable's value is not allowed; the message names the variable.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        variable = field if field.isupper() else f"TINYSIGHT_{field.upper()}"
        raise ConfigError(
            f"{variable}: {first['msg']}. Received: {first['input']!r}. Set it to an allowed value, or unset it."
        ) from None
