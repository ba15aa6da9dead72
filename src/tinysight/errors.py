"""Every error that may cross from one room to another.

    TinysightError              anything a user can do something about
    ├── ConfigError             a key of conf/ or params.yaml, or an environment variable
    ├── DataError               the data set: its folder, classes, labels, splits
    │   └── ImageError          the bytes of one picture
    ├── ModelError              a model file: its graph or its contract
    │   └── BundleError         the files around a model: digests, golden images
    ├── TrackingError           MLflow's store or registry
    └── ServiceError            an answer of the service that is not a prediction

A message says what is wrong, what is allowed and what was received, and ends in the fix.
"""


class TinysightError(Exception):
    """Base of all: its text is shown to the user as it is, without a traceback."""


def os_error(error: OSError) -> str:
    """A line for what the operating system refused: the file and why."""
    what = f"{error.filename}: " if error.filename else ""
    return f"{what}{error.strerror or error}. Free or permit what it names, then run the command again."


class ConfigError(TinysightError):
    """A setting is unknown, has the wrong type or cannot work."""


class DataError(TinysightError):
    """The data set cannot be used as it is."""


class ImageError(DataError):
    """One picture's bytes cannot be turned into pixels.

    Attributes:
        reason: one of `empty`, `unknown_format`, `too_large`, `excessive`, `broken` or `unsupported`,
            for programs that must tell them apart.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ModelError(TinysightError):
    """A model file cannot be loaded, or breaks its contract."""


class BundleError(ModelError):
    """A bundle is incomplete, or its files are not the ones that it names."""


class TrackingError(TinysightError):
    """The tracking store or the registry cannot be used, or refuses."""


class ServiceError(TinysightError):
    """The service answered with a problem, or did not answer.

    Attributes:
        status: of its answer; None if there was none.
        kind: of the problem, such as `busy` or `not-a-picture`; None if it named none.
    """

    def __init__(self, message: str, *, status: int | None = None, kind: str | None = None) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind
