"""What the service reads from its environment."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tinysight.errors import ConfigError


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
    """

    model_config = SettingsConfigDict(env_prefix="TINYSIGHT_", frozen=True, extra="ignore", populate_by_name=True)

    model: str = ""
    tracking_uri: Annotated[str, Field(validation_alias="MLFLOW_TRACKING_URI")] = ""
    cache_dir: Path = Path("~/.cache/tinysight")
    workers: Annotated[int, Field(ge=1, le=64)] = min(2, os.cpu_count() or 1)
    poll_seconds: Annotated[float, Field(ge=1, le=86_400)] = 15.0
    max_bytes: Annotated[int, Field(ge=1)] = 10_000_000
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000

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
