"""What the parameters of every candidate have in common, and where those of a candidate in a file of its own stand."""

import re
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar, get_args

from tinysight.params.section import Section

ROOM = "tinysight.models"


class CandidateParams(Section):
    """One candidate's section of params.yaml; its file in models/ is called as its kind.

    Attributes:
        kind: what it is.
        bytes_suit: whether its layers may compute with bytes; export then writes model.int8.onnx too.
        bfloat16: whether a network may train in bfloat16 where the CPU computes it.
    """

    kind: str
    bytes_suit: ClassVar[bool] = False
    bfloat16: ClassVar[bool] = False

    def files(self) -> list[str]:
        """The files that its settings name, whose content decides the result too."""
        return []


def kind_of(params: type[CandidateParams]) -> str:
    """The only kind that a class allows; empty where it allows any."""
    return str((get_args(params.model_fields["kind"].annotation) or ("",))[0])


def own_class(kind: str) -> type[CandidateParams]:
    """The parameters that models/KIND.py defines: found by its name, since params stands below models.

    Raises:
        LookupError: if there is none.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", kind) or find_spec(f"{ROOM}.{kind}") is None:
        raise LookupError(f"there is no src/tinysight/models/{kind}.py")
    module = import_module(f"{ROOM}.{kind}")
    for found in vars(module).values():
        if isinstance(found, type) and issubclass(found, CandidateParams) and kind_of(found) == kind:
            return found
    raise LookupError(f'models/{kind}.py defines no subclass of CandidateParams with kind: Literal["{kind}"]')
