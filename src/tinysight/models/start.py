"""Starts TensorFlow without the lines that it writes before it reads any setting of its logs."""

import os
import shutil
import sys
from tempfile import TemporaryFile

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}  # TensorFlow says a dozen lines else


def start_tensorflow() -> None:
    """Imports TensorFlow; what it wrote to stderr is shown only where that fails.

    Raises:
        ImportError: if TensorFlow is not installed or does not fit this machine.
    """
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    sys.stderr.flush()
    kept = os.dup(2)
    with TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            import tensorflow  # noqa: F401
        except BaseException:
            said.seek(0)
            with os.fdopen(os.dup(kept), "wb") as stderr:
                shutil.copyfileobj(said, stderr)
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
