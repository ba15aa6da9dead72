"""What a model file promises: its classes, how its pictures are decoded, when it says unknown."""

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tinysight.errors import ModelError

CONTRACT_VERSION = 1
PREFIX = "tinysight."

Channel = Annotated[int, Field(ge=0, le=255)]


class Contract(BaseModel):
    """The promises of one `model.onnx`, kept in its ONNX `metadata_props`.

    Attributes:
        contract_version: raised only when a reader of the old version would answer wrongly.
        class_names: the classes in the order of the model's probabilities.
        image_size: height and width of the model's input, in pixels.
        fit: how a picture of another shape becomes square.
        background: RGB put behind transparent pixels and beside padded pictures.
        window: the counts that become black and white in pictures of more than 8 bits.
        temperature: what the logits are divided by, inside the graph; fitted on val.
        unknown_threshold: a largest probability below it is answered as unknown.
        dataset_digest: sha256 of the data set that the model was made from.
        params_digest: sha256 of the sections of params.yaml that made the model.
        precision: int8 where the graph computes with bytes; another machine's answers then differ a little more.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    contract_version: Annotated[int, Field(ge=1)] = CONTRACT_VERSION
    class_names: Annotated[tuple[str, ...], Field(min_length=2)]
    image_size: Annotated[int, Field(ge=1)]
    fit: Literal["pad", "crop", "stretch"]
    background: tuple[Channel, Channel, Channel]
    window: tuple[float, float] | None
    temperature: Annotated[float, Field(gt=0)]
    unknown_threshold: Annotated[float, Field(ge=0, le=1)]
    dataset_digest: str
    params_digest: str
    precision: Literal["float32", "int8"] = "float32"

    @model_validator(mode="after")
    def _names_are_distinct(self) -> "Contract":
        if len(set(self.class_names)) != len(self.class_names):
            raise ValueError("class_names holds a name twice")
        return self

    def to_metadata(self) -> dict[str, str]:
        """One entry a field, each value as JSON, so that any ONNX viewer shows them."""
        fields = self.model_dump(mode="json")
        return {PREFIX + name: json.dumps(value, ensure_ascii=False) for name, value in fields.items()}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> "Contract":
        """Reads the contract back from ONNX metadata; keys of other programs are passed over.

        Raises:
            ModelError: if a field is missing or wrong, or the version is newer than this reader.
        """
        fields = {k.removeprefix(PREFIX): v for k, v in metadata.items() if k.startswith(PREFIX)}
        _check_version(fields.get("contract_version"))
        text = "{" + ", ".join(f"{json.dumps(k)}: {v}" for k, v in fields.items()) + "}"
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "metadata"
            raise ModelError(
                f"The model's contract is broken at {where}: {first['msg']}. Export the model again with `dvc repro`."
            ) from None


def _check_version(text: str | None) -> None:
    if text is None:
        raise ModelError(
            "The model file has no tinysight contract in its metadata. Only a model.onnx made by"
            " tinysight's export stage can be served: run `dvc repro`."
        )
    if not text.isdecimal() or not 1 <= int(text) <= CONTRACT_VERSION:
        raise ModelError(
            f"This tinysight reads contract versions 1 to {CONTRACT_VERSION}. Received: {text}."
            " Install the tinysight that made the model, or export the model again with this one."
        )
