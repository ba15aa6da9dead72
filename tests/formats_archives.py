"""The forty pictures in zip and tar files."""

import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from formats_cvat import IMAGENET, XML, write_cvat_imagenet
from formats_label_studio import CSV
from formats_labelimg import VOC_CROPS, YOLO
from forty_pictures import Format


def zipped(write: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """The same in a zip file, as CVAT sends it: the content at its top."""

    def write_zip(folder: Path) -> Path:
        write(folder / "content")
        with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted((folder / "content").rglob("*")):
                archive.write(path, path.relative_to(folder / "content").as_posix())
        return folder / "export.zip"

    return write_zip


def tarred(write: Callable[[Path], Path], form: str) -> Callable[[Path], Path]:
    """The same in a tar file, as people pack it: in one folder, under a name that does not say what it is."""

    def write_tar(folder: Path) -> Path:
        write(folder / "content")
        with tarfile.open(folder / "export.download", f"w:{form}") as archive:  # type: ignore[call-overload]
            archive.add(folder / "content", "my parts")
        return folder / "export.download"

    return write_tar


ARCHIVES = (
    Format("folder, zip", zipped(write_cvat_imagenet), "folder"),
    Format("folder, tar.bz2", tarred(write_cvat_imagenet, "bz2"), "folder"),
    replace(XML, name="cvat xml, zip", write=zipped(XML.write)),
    replace(CSV, name="label studio csv, zip", write=zipped(CSV.write)),
    replace(VOC_CROPS, name="labelimg voc crops, tar.xz", write=tarred(VOC_CROPS.write, "xz")),
    replace(YOLO, name="labelimg yolo, tar", write=tarred(YOLO.write, "")),
    replace(IMAGENET, name="cvat imagenet, tar.gz", write=tarred(IMAGENET.write, "gz")),
)
