"""What the files of serve/deploy say, in the words of the service's settings."""

from collections.abc import Iterable, Iterator

from serve.settings import Settings

VARIABLES = {f"TINYSIGHT_{name.upper()}" for name in Settings.model_fields} | {"MLFLOW_TRACKING_URI"}
VARIABLES -= {"TINYSIGHT_TRACKING_URI"}


def known_settings(options: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The variables that a systemd unit sets, each of which the service knows."""
    for name, value in options:
        variable, _, text = value.partition("=")
        if name == "Environment" and variable.startswith("TINYSIGHT_"):
            assert variable in VARIABLES
            yield variable, text
