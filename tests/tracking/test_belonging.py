from pathlib import Path

import pytest
import yaml
from onnx_models import tiny_model
from results import SIZE, make_results

from tinysight.errors import DataError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.belonging import check_belonging

CLASSES = ("red", "green", "blue")


def write_lock(params: Params, paths: Paths) -> None:
    """What DVC keeps about select."""
    used = {name: params.model_dump(mode="json")[name] for name in ("models", "evaluate", "select")}
    content = {"schema": "2.0", "stages": {"select": {"cmd": "…", "params": {"params.yaml": used}}}}
    (paths.root / "dvc.lock").write_text(yaml.safe_dump(content))


def test_what_todays_params_made_belongs_with_and_without_a_lock(finished: tuple[Params, Paths]) -> None:
    check_belonging(*finished)
    write_lock(*finished)
    check_belonging(*finished)
    (finished[1].root / "dvc.lock").write_text("[")
    check_belonging(*finished)


@pytest.mark.parametrize("change", ["evaluate.draws=7", "select.standard_errors=3", "evaluate.expected.shift=0.2"])
def test_a_verdict_by_other_settings_does_not_belong(
    finished: tuple[Params, Paths], tmp_path: Path, change: str
) -> None:
    """No model file knows them: DVC does."""
    write_lock(*finished)
    today, _ = make_results(tmp_path / "elsewhere", change)
    with pytest.raises(DataError, match=r"older than params\.yaml"):
        check_belonging(today, finished[1])


def test_what_does_not_make_a_result_may_change(finished: tuple[Params, Paths], tmp_path: Path) -> None:
    write_lock(*finished)
    today, _ = make_results(tmp_path / "elsewhere", "register.promote=never", "validate.smallest_class=7")
    check_belonging(today, finished[1])


@pytest.mark.parametrize(
    "broken", [{"dataset_digest": "f" * 64}, {"params_digest": "f" * 64}, {"contract_version": 99}]
)
def test_one_model_of_other_data_or_an_unknown_contract_is_enough(
    finished: tuple[Params, Paths], broken: dict[str, object]
) -> None:
    params, paths = finished
    from tinysight.data.dataset import read_info

    right = {"params_digest": params.model_digest("mlp"), "dataset_digest": read_info(paths.dataset).digest}
    tiny_model(paths.export("mlp") / "model.onnx", CLASSES, SIZE, **right)
    check_belonging(params, paths)
    tiny_model(paths.export("mlp") / "model.onnx", CLASSES, SIZE, **(right | broken))
    with pytest.raises(DataError, match="dvc repro"):
        check_belonging(params, paths)
