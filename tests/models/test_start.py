"""TensorFlow's start is quiet where it works and tells everything where it does not."""

from pathlib import Path

from projects import run_in

SAYS = "import os; os.write(2, b'said while it started\\n')\n"


def started(folder: Path, tensorflow: str) -> str:
    """What stderr holds after a start with a stand-in for TensorFlow, and a line that follows it."""
    (folder / "tensorflow.py").write_text(SAYS + tensorflow)
    script = (
        "import sys; from tinysight.models.start import start_tensorflow\n"
        "try: start_tensorflow()\nexcept ImportError as error: print(error, file=sys.stderr)\n"
        "print('later', file=sys.stderr)"
    )
    return run_in(folder, "python", "-c", script, PYTHONPATH=str(folder)).stderr


def test_a_start_that_works_is_quiet_and_gives_stderr_back(tmp_path: Path) -> None:
    assert started(tmp_path, "") == "later\n"


def test_a_start_that_fails_shows_what_was_said(tmp_path: Path) -> None:
    assert started(tmp_path, "raise ImportError('no AVX')") == "said while it started\nno AVX\nlater\n"
