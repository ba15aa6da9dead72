"""How far pictures may be changed at most, in copies for training and in what the user expects: types of fields."""

from typing import Annotated

from pydantic import Field

MOST = {"shift": 0.5, "rotation": 180, "scale": 0.9, "brightness": 0.8, "contrast": 0.9, "blur": 0.2, "noise": 0.5}
LOWEST_QUALITY, LOSSLESS = 5, 100

Shift = Annotated[float, Field(ge=0, le=MOST["shift"])]  # share of the side
Rotation = Annotated[float, Field(ge=0, le=MOST["rotation"])]  # degrees
Zoom = Annotated[float, Field(ge=0, le=MOST["scale"])]  # both sides become 1 - zoom to 1 + zoom times as long
Brightness = Annotated[float, Field(ge=0, le=MOST["brightness"])]  # share of full brightness
Contrast = Annotated[float, Field(ge=0, le=MOST["contrast"])]  # 1 - contrast to 1 + contrast times as much
Blur = Annotated[float, Field(ge=0, le=MOST["blur"])]  # standard deviation, share of the side
Noise = Annotated[float, Field(ge=0, le=MOST["noise"])]  # standard deviation, share of full brightness
JpegQuality = Annotated[int, Field(ge=LOWEST_QUALITY, le=LOSSLESS)]  # the lowest; LOSSLESS: saved as none
