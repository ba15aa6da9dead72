"""A reference comes back from its file as it was; what is no reference of the model is refused."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from drifting_pictures import CLASSES, looked, reference
from projects import ROOT

from tinysight.drift.reference_file import from_json, to_json
from tinysight.errors import BundleError


def test_it_comes_back_from_its_file_and_sorts_alike() -> None:
    made = reference()
    again = from_json(to_json(made), CLASSES)
    assert to_json(again) == to_json(made)
    traffic = looked(100, 9)
    assert np.array_equal(again.sort(traffic).bins, made.sort(traffic).bins)


def test_a_file_of_an_earlier_version_is_read_as_it_was() -> None:
    """The golden file is a contract: bundles that carry one like it are out there."""
    data = (ROOT / "tests" / "golden" / "reference.json").read_bytes()
    golden = from_json(data, CLASSES)
    assert golden.pictures == 40
    assert to_json(golden) == data


def test_it_is_small() -> None:
    assert len(to_json(reference(3000))) < 20_000


def test_the_same_pictures_make_the_same_file() -> None:
    assert to_json(reference()) == to_json(reference())


def _without(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda content: content.pop(key)


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "no statistics": _without("statistics"),
    "no embedding": _without("usual"),
    "another schema": lambda c: c.update(schema=2),
    "other classes": lambda c: c.update(class_names=["a", "b", "c"]),
    "a statistic less": lambda c: c["statistics"].pop("colour"),
    "an edge more": lambda c: c["statistics"]["colour"]["edges"].append(1e9),
    "too many edges": lambda c: c["statistics"]["size"].update(edges=[*range(101)], counts=[[0] * 203] * 3),
    "a negative count": lambda c: c["statistics"]["size"]["counts"][0].__setitem__(0, -1),
    "words": lambda c: c.update(named=["a", "b", "c"]),
    "no number": lambda c: c["usual"]["whitening"][0].__setitem__(0, float("nan")),
    "a shorter embedding": lambda c: c["usual"]["mean"].pop(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_reference_of_this_model_is_refused(name: str) -> None:
    content = json.loads(to_json(reference()))
    BROKEN[name](content)
    with pytest.raises(BundleError, match=r"not the reference of this model.*register it again"):
        from_json(json.dumps(content).encode(), CLASSES)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"\xff"])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError):
        from_json(data, CLASSES)
