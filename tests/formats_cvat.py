"""The forty pictures as CVAT exports them."""

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from forty_pictures import CLASS_NAMES, SIZE, Format, forty_pictures
from sheets import CROPS, put, sheets

SUBSETS = {"train": "Train", "val": "Validation", "test": "Test"}  # CVAT's own names


def cvat_xml(images: str, kind: str = "task") -> str:
    """CVAT's frame around the images."""
    labels = "".join(
        f"        <label>\n          <name>{escape(name)}</name>\n          <color>#fa3253</color>\n"
        "          <type>any</type>\n          <attributes>\n            <attribute>\n"
        "              <name>sharp</name>\n"
        "              <mutable>False</mutable>\n              <input_type>checkbox</input_type>\n"
        "              <default_value>false</default_value>\n              <values>false</values>\n"
        "            </attribute>\n          </attributes>\n        </label>\n"
        for name in CLASS_NAMES
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <{kind}>\n'
        f"      <id>7</id>\n      <name>parts</name>\n      <size>40</size>\n      <mode>annotation</mode>\n"
        f"      <labels>\n{labels}      </labels>\n    </{kind}>\n"
        f"    <dumped>2024-05-17 09:30:00.123456+00:00</dumped>\n"
        f"  </meta>\n{images}</annotations>\n"
    )


def write_cvat_xml(folder: Path) -> Path:
    """A project's `CVAT for images 1.1`: one tag a picture, a folder a subset."""
    images = []
    for number, one in enumerate(forty_pictures()):
        subset = SUBSETS[one.split]
        put(folder, f"images/{subset}/{one.name}", one.data)
        images.append(
            f'  <image id="{number}" name={quoteattr(one.name)} subset="{subset}" task_id="7" width="{SIZE[0]}"'
            f' height="{SIZE[1]}">\n    <tag label={quoteattr(one.class_name)} source="manual">\n'
            f'      <attribute name="sharp">false</attribute>\n    </tag>\n  </image>\n'
        )
    put(folder, "annotations.xml", cvat_xml("".join(images), "project"))
    return folder


def write_cvat_xml_crops(folder: Path) -> Path:
    """A task's `CVAT for images 1.1` with boxes; dataset.path names the XML file."""
    images = []
    for number, sheet in enumerate(sheets()):
        put(folder, f"images/{sheet.name}", sheet.data)
        boxes = "".join(
            f'    <box label={quoteattr(one.class_name)} source="manual" occluded="0" xtl="{left:.2f}" ytl="{top:.2f}"'
            f' xbr="{right:.2f}" ybr="{bottom:.2f}" z_order="0">\n    </box>\n'
            for one, (left, top, right, bottom) in sheet.things
        )
        images.append(
            f'  <image id="{number}" name={quoteattr(sheet.name)} width="{sheet.size[0]}" height="{sheet.size[1]}">\n'
            f"{boxes}  </image>\n"
        )
    put(folder, "annotations.xml", cvat_xml("".join(images)))
    return folder / "annotations.xml"


def write_cvat_imagenet(folder: Path) -> Path:
    """`ImageNet 1.0` with images: one folder a class."""
    for one in forty_pictures():
        put(folder, f"{one.class_name}/{one.name}", one.data)
    return folder


def write_cvat_imagenet_labels(folder: Path) -> Path:
    """`ImageNet 1.0` without images: one text file a subset, and the pictures put beside it."""
    put(folder, "synsets.txt", "".join(f"{name}\n" for name in CLASS_NAMES))
    for side, subset in SUBSETS.items():
        lines = [
            f'"{one.name.rpartition(".")[0]}" {CLASS_NAMES.index(one.class_name)}\n'
            for one in forty_pictures()
            if one.split == side
        ]
        put(folder, f"{subset}.txt", "".join(lines))
    for one in forty_pictures():
        put(folder, f"images/{one.name}", one.data)
    return folder


XML = Format("cvat xml", write_cvat_xml, "cvat", sides=True)
XML_CROPS = Format("cvat xml crops", write_cvat_xml_crops, "cvat", CROPS, groups=True, made=True)
IMAGENET = Format("cvat imagenet", write_cvat_imagenet, "cvat")
IMAGENET_LABELS = Format("cvat imagenet labels", write_cvat_imagenet_labels, "cvat", sides=True)
CVAT = (XML, XML_CROPS, IMAGENET, IMAGENET_LABELS)
