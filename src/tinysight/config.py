"""Composes conf/ into params.yaml and reads it back: the only home of Hydra."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tinysight.errors import ConfigError
from tinysight.params import Params, parse_params
from tinysight.whole_file import write_whole


def compose_text(conf: Path, overrides: Sequence[str] = ()) -> str:
    """The composed configuration as YAML: the same bytes that `dvc exp run` writes.

    Args:
        conf: the folder that holds config.yaml.
        overrides: in Hydra's grammar, for instance `train.epochs=3`.

    Raises:
        ConfigError: if conf/ does not compose.
    """
    # here, since stages only read the lock: Hydra takes a third of their start
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(conf.resolve()), version_base=None):
            composed = compose("config", overrides=list(overrides))
            OmegaConf.resolve(composed)
            return OmegaConf.to_yaml(composed)
    except (HydraException, OmegaConfBaseException) as error:
        first = str(error).strip().splitlines()[0]
        raise ConfigError(f"{conf} does not compose: {first} Correct the file or key that it names.") from None
    except yaml.YAMLError as error:
        raise ConfigError(
            f"{conf} holds a file that is not YAML: {' '.join(str(error).split())}. Correct it."
        ) from None


def compose_params(conf: Path, overrides: Sequence[str] = ()) -> Params:
    """The composed and checked configuration.

    Raises:
        ConfigError: if conf/ does not compose or breaks the schema.
    """
    return parse_params(yaml.safe_load(compose_text(conf, overrides)), origin=f"{conf.name}/")


def compose_tune(conf: Path, candidate: str, kind: str) -> tuple[dict[str, Any], str]:
    """What conf/tune says of a candidate: in the file of its name, else in that of its kind.

    Returns:
        plain values, and the file's name for errors.

    Raises:
        ConfigError: if there is no such file, or it does not compose.
    """
    names = dict.fromkeys((candidate, kind))
    found = next((name for name in names if (conf / "tune" / f"{name}.yaml").is_file()), None)
    if found is None:
        missing = " and no ".join(f"{name}.yaml" for name in names)
        raise ConfigError(
            f"conf/tune has no {missing}, so nothing says what to try."
            " Write one; conf/tune/small_cnn.yaml is an example."
        )
    content = yaml.safe_load(compose_text(conf, [f"+tune={found}"]))
    return content["tune"], f"{conf.name}/tune/{found}.yaml"


def write_params(conf: Path, target: Path) -> bool:
    """Composes conf/ into the lock; the old lock stays where conf/ is wrong.

    Returns:
        True if the file changed.

    Raises:
        ConfigError: if conf/ does not compose or breaks the schema.
    """
    compose_params(conf)
    text = compose_text(conf)
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return False
    write_whole(target, text)
    return True


def load_params(path: Path) -> Params:
    """Reads and checks the lock.

    Raises:
        ConfigError: if it is missing, is not YAML or breaks the schema.
    """
    return parse_params(_read(path), origin=path.name)


def differences(conf: Path, lock: Path) -> list[str]:
    """The keys in which the lock differs from what conf/ composes to, one line each.

    Empty when they agree; after `dvc exp apply` the lines name what to change in conf/ to keep it.
    """
    proposed, recorded = _flat(yaml.safe_load(compose_text(conf))), _flat(_read(lock))
    keys = sorted(proposed.keys() | recorded.keys())
    return [
        f"{key}: conf/ has {_show(proposed, key)}, {lock.name} has {_show(recorded, key)}"
        for key in keys
        if proposed.get(key, _ABSENT) != recorded.get(key, _ABSENT)
    ]


_ABSENT = object()


def _show(values: dict[str, Any], key: str) -> str:
    return yaml.safe_dump(values[key], default_flow_style=True).split("\n")[0] if key in values else "no such key"


def _flat(content: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(content, dict) or not content:
        return {prefix: content}
    return {k: v for name, inner in content.items() for k, v in _flat(inner, f"{prefix}.{name}".lstrip(".")).items()}


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing. Run `make params`.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {' '.join(str(error).split())}. Run `make params`.") from None
