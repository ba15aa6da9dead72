"""The golden file is what model files in users' hands hold: it may gain fields, and never change."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.contract import CONTRACT_VERSION, Contract
from tinysight.errors import ModelError

GOLDEN: dict[str, str] = json.loads((Path(__file__).parent / "golden" / "contract.json").read_text(encoding="utf-8"))
CONTRACT = Contract(
    class_names=("Käfer", "beetle", 'none "quoted"'),
    image_size=64,
    fit="crop",
    background=(255, 128, 0),
    window=(1000.0, 3000.0),
    temperature=1.25,
    unknown_threshold=0.6,
    dataset_digest="d" * 64,
    params_digest="e" * 64,
)


def test_model_files_of_today_hold_the_golden_metadata() -> None:
    assert CONTRACT.to_metadata() == GOLDEN


def test_the_golden_metadata_is_read() -> None:
    assert Contract.from_metadata(GOLDEN) == CONTRACT


@given(
    names=st.lists(st.text(), min_size=2, unique=True),
    size=st.integers(1, 4096),
    window=st.none() | st.tuples(st.floats(0, 1e5), st.floats(0, 1e5)),
    threshold=st.floats(0, 1),
)
def test_whatever_is_promised_comes_back(
    names: list[str], size: int, window: tuple[float, float] | None, threshold: float
) -> None:
    changes = {"class_names": tuple(names), "image_size": size, "window": window, "unknown_threshold": threshold}
    promised = Contract.model_validate({**CONTRACT.model_dump(), **changes})
    assert Contract.from_metadata(promised.to_metadata()) == promised


def test_metadata_of_other_programs_is_passed_over() -> None:
    assert Contract.from_metadata({**GOLDEN, "onnx.infer": "x", "author": '"'}) == CONTRACT


def test_a_field_that_a_later_tinysight_added_is_passed_over() -> None:
    """Additive changes keep the version: an older reader goes on working."""
    assert Contract.from_metadata({**GOLDEN, "tinysight.palette": '"warm"'}) == CONTRACT


@pytest.mark.parametrize("version", [str(CONTRACT_VERSION + 1), "0", "-1", "1.0", '"1"', "", "null"])
def test_another_contract_version_is_refused_with_the_ones_that_are_read(version: str) -> None:
    with pytest.raises(ModelError, match=f"versions 1 to {CONTRACT_VERSION}.*Received: {version}"):
        Contract.from_metadata({**GOLDEN, "tinysight.contract_version": version})


def test_a_file_without_a_contract_is_told_apart() -> None:
    with pytest.raises(ModelError, match="no tinysight contract"):
        Contract.from_metadata({"producer": "another program"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("class_names", '["one"]'),
        ("class_names", '["one", "one"]'),
        ("image_size", "0"),
        ("image_size", '"64"'),
        ("fit", '"squeeze"'),
        ("background", "[0, 0, 256]"),
        ("temperature", "0"),
        ("unknown_threshold", "1.5"),
        ("window", "[1]"),
        ("params_digest", "not JSON"),
    ],
)
def test_a_broken_promise_is_refused_in_one_line_that_ends_in_the_fix(field: str, value: str) -> None:
    with pytest.raises(ModelError, match=r"contract is broken at .*dvc repro") as caught:
        Contract.from_metadata({**GOLDEN, f"tinysight.{field}": value})
    assert "\n" not in str(caught.value)


ADDED = {"tinysight.precision"}  # later than the first model files, which lack it


@pytest.mark.parametrize("field", sorted(set(GOLDEN) - ADDED - {"tinysight.contract_version"}))
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(ModelError, match=field.removeprefix("tinysight.")):
        Contract.from_metadata({k: v for k, v in GOLDEN.items() if k != field})


def test_model_files_from_before_a_field_was_added_are_read() -> None:
    """They computed in float32: nothing else could be made."""
    assert Contract.from_metadata({k: v for k, v in GOLDEN.items() if k not in ADDED}).precision == "float32"
