"""Whatever an export holds, it is read or refused in words; no entry ends in a traceback."""

import copy
import json
from pathlib import Path
from typing import Any

from formats_label_studio import choice, min_rows, rectangle, task
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets import put
from tiny_datasets import make_params

from tinysight.data.sources.source import list_source
from tinysight.errors import DataError, ImageError

PARAMS = make_params("dataset=label_studio").dataset
BOX = rectangle("nut", (1, 1, 9, 9), (9, 9))
TASK = task(1, {"image": "a.png", "split": "train", "group": "g"}, [choice("nut"), BOX])
ROW = {**min_rows(lambda one: one.name)[0], "label": [BOX["value"]]}
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["x", "choices", "value"]), inner),
    max_leaves=4,
)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(place for key, part in parts for place in places(part, (*above, key)))]


def replaced(value: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """A copy with one part replaced."""
    if not place:
        return odd
    changed = copy.copy(value)
    changed[place[0]] = replaced(value[place[0]], place[1:], odd)
    return changed


@given(data=st.data(), odd=ODD, whole=st.booleans())
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_of_an_export_may_be_anything(data: st.DataObject, odd: Any, whole: bool, tmp_path: Path) -> None:
    original = [TASK if whole else ROW]
    place = data.draw(st.sampled_from(places(original)))
    put(tmp_path, "export.json", json.dumps(replaced(original, place, odd)))
    dataset = PARAMS.model_copy(update={"path": str(tmp_path / "export.json")})
    try:
        listing = list_source(dataset, tmp_path, least_classes=1)
        for file in listing.files:
            (file.path + file.class_name + file.split + file.group).encode()
            file.read()
    except (DataError, ImageError):
        return
