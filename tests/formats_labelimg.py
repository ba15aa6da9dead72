"""The forty pictures as LabelImg leaves them."""

from pathlib import Path
from xml.sax.saxutils import escape

from forty_pictures import CLASS_NAMES, SIZE, Format, forty_pictures
from sheets import CROPS, Box, put, sheets

WHOLE = ("dataset.boxes=whole",)


def voc(name: str, size: tuple[int, int], boxes: list[tuple[str, Box]]) -> str:
    """LabelImg's XML: tabs, no declaration, the path of the machine that it was drawn on."""
    things = "".join(
        f"\t<object>\n\t\t<name>{escape(label)}</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n"
        f"\t\t<difficult>0</difficult>\n\t\t<bndbox>\n\t\t\t<xmin>{left}</xmin>\n\t\t\t<ymin>{top}</ymin>\n"
        f"\t\t\t<xmax>{right}</xmax>\n\t\t\t<ymax>{bottom}</ymax>\n\t\t</bndbox>\n\t</object>\n"
        for label, (left, top, right, bottom) in boxes
    )
    return (
        f"<annotation>\n\t<folder>parts</folder>\n\t<filename>{escape(name)}</filename>\n"
        f"\t<path>C:\\Users\\someone\\parts\\{escape(name)}</path>\n\t<source>\n\t\t<database>Unknown</database>\n"
        f"\t</source>\n\t<size>\n\t\t<width>{size[0]}</width>\n\t\t<height>{size[1]}</height>\n\t\t<depth>3</depth>\n"
        f"\t</size>\n\t<segmented>0</segmented>\n{things}</annotation>\n"
    )


def write_labelimg_voc(folder: Path) -> Path:
    """One box a picture; the XML beside it."""
    for one in forty_pictures():
        put(folder, one.name, one.data)
        put(folder, f"{one.name.rpartition('.')[0]}.xml", voc(one.name, SIZE, [(one.class_name, (2, 2, 20, 15))]))
    return folder


def write_labelimg_voc_crops(folder: Path) -> Path:
    """Several boxes a picture; the XML files in a folder of their own."""
    for sheet in sheets():
        put(folder, f"JPEGImages/{sheet.name}", sheet.data)
        boxes = [(one.class_name, box) for one, box in sheet.things]
        put(folder, f"Annotations/{sheet.name.rpartition('.')[0]}.xml", voc(sheet.name, sheet.size, boxes))
    return folder


def yolo(size: tuple[int, int], boxes: list[tuple[str, Box]]) -> str:
    """LabelImg's lines: class, middle and size in six decimals."""
    lines = []
    for label, (left, top, right, bottom) in boxes:
        x, y = (left + right) / 2 / size[0], (top + bottom) / 2 / size[1]
        width, height = (right - left) / size[0], (bottom - top) / size[1]
        lines.append(f"{CLASS_NAMES.index(label)} {x:.6f} {y:.6f} {width:.6f} {height:.6f}\n")
    return "".join(lines)


def write_labelimg_yolo(folder: Path) -> Path:
    """One box a picture; text files and classes.txt beside the pictures."""
    put(folder, "classes.txt", "".join(f"{name}\n" for name in CLASS_NAMES))
    for one in forty_pictures():
        put(folder, one.name, one.data)
        put(folder, f"{one.name.rpartition('.')[0]}.txt", yolo(SIZE, [(one.class_name, (2, 2, 20, 15))]))
    return folder


def write_labelimg_yolo_crops(folder: Path) -> Path:
    """Several boxes a picture; images/ and labels/."""
    put(folder, "labels/classes.txt", "".join(f"{name}\n" for name in CLASS_NAMES))
    for sheet in sheets():
        put(folder, f"images/{sheet.name}", sheet.data)
        boxes = [(one.class_name, box) for one, box in sheet.things]
        put(folder, f"labels/{sheet.name.rpartition('.')[0]}.txt", yolo(sheet.size, boxes))
    return folder


VOC = Format("labelimg voc", write_labelimg_voc, "labelimg", WHOLE)
VOC_CROPS = Format("labelimg voc crops", write_labelimg_voc_crops, "labelimg", CROPS, groups=True, made=True)
YOLO = Format("labelimg yolo", write_labelimg_yolo, "labelimg", WHOLE)
YOLO_CROPS = Format("labelimg yolo crops", write_labelimg_yolo_crops, "labelimg", CROPS, groups=True, made=True)
LABELIMG = (VOC, VOC_CROPS, YOLO, YOLO_CROPS)
