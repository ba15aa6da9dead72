"""tinysight: from a folder of labelled images to a small, trustworthy prediction service."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinysight.classifier import Classifier
    from tinysight.client import Client

# the one thing done on import: since 1.29 ONNX Runtime reports to its maker which models it loads, and keeps a thread
# for that, unless this stands in the environment before it is imported
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
__all__ = ["Classifier", "Client", "__version__"]


def __getattr__(name: str) -> object:
    """The doors for programs; what they need is imported when they are opened."""
    if name == "Classifier":
        from tinysight.classifier import Classifier

        return Classifier
    if name == "Client":
        from tinysight.client import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
