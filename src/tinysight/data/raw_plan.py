"""What data/raw will hold after an import: where each picture goes, and what becomes of those that are there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tinysight.data.class_names import folder_names
from tinysight.data.raw_manifest import RawPicture
from tinysight.data.raw_names import FreeNames, tail_of
from tinysight.data.sources.source import SourceFile


@dataclass(frozen=True)
class Place:
    """One picture of the data/raw to come.

    Attributes:
        picture: where it will lie, its class, side, group and origin.
        digest: sha256 of its bytes in hex; empty if they cannot be read.
        file: where its bytes are now, in the source or in data/raw.
        kept: its present path in data/raw; empty if it is new there.
    """

    picture: RawPicture
    digest: str
    file: SourceFile
    kept: str = ""

    @property
    def folder(self) -> str:
        """The folder of data/raw that it will lie in."""
        return self.picture.path.split("/")[0]


@dataclass(frozen=True)
class Present:
    """What data/raw holds before the import.

    Attributes:
        files: its pictures.
        digests: of their bytes, by path.
        manifest: the rows of manifest.csv, by path.
        others: the paths of files that are no pictures; they stay.
    """

    files: Sequence[SourceFile] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    manifest: Mapping[str, RawPicture] = field(default_factory=dict)
    others: Sequence[str] = ()

    def as_place(self, file: SourceFile) -> Place:
        """A picture of it as it lies."""
        origin = self.manifest[file.path].origin if file.path in self.manifest else ""
        picture = RawPicture(file.path, file.class_name, file.split, file.group, origin)
        return Place(picture, self.digests.get(file.path, ""), file, kept=file.path)


@dataclass(frozen=True)
class Plan:
    """The data/raw to come.

    Attributes:
        places: its pictures.
        others: the paths of files that are no pictures; they stay as they are.
        had_manifest: whether data/raw has a manifest.csv already.
        known: how many pictures of the source data/raw had already.
        relabelled: old and new place of each picture whose class, side or group the source says anew.
    """

    places: Sequence[Place]
    others: Sequence[str] = ()
    had_manifest: bool = False
    known: int = 0
    relabelled: Sequence[tuple[Place, Place]] = ()

    @property
    def new(self) -> list[Place]:
        """The pictures that data/raw does not hold yet."""
        return [place for place in self.places if not place.kept]

    @property
    def needs_manifest(self) -> bool:
        """Whether folders cannot say it all."""
        pictures = (place.picture for place in self.places)
        told = any(place.file.history for place in self.places)
        return (
            self.had_manifest
            or told
            or any(one.split or one.group or one.class_name != one.path.split("/")[0] for one in pictures)
        )


def plan_new(files: Sequence[SourceFile], digests: Mapping[str, str]) -> Plan:
    """Only the source's pictures.

    Args:
        files: of the source.
        digests: of their bytes, by path; a file without one cannot be brought.
    """
    places, _ = _bring(files, digests, Present(), FreeNames())
    return Plan(places)


def plan_added(present: Present, files: Sequence[SourceFile], digests: Mapping[str, str]) -> Plan:
    """All that is there, and the source's pictures beside it; the same content under the same name is known."""
    here = [present.as_place(file) for file in present.files]
    names = FreeNames({place.picture.path: place.digest for place in here}, present.others)
    places, known = _bring(files, digests, present, names)
    return Plan([*here, *places], present.others, bool(present.manifest), known)


def plan_updated(present: Present, files: Sequence[SourceFile], digests: Mapping[str, str]) -> Plan:
    """All that is there, with what the source says of it now; what data/raw does not know is added.

    A picture is known by the digest of its bytes, whatever it is called. An empty side or group in
    the source says nothing.
    """
    said = _said(present, files, digests)
    labels = {file.path: _label(file, said.get(file.path)) for file in present.files}
    folders = _folders(present, [*labels.values(), *files])
    here = [present.as_place(file) for file in present.files]
    stay = [place for place in here if labels[place.kept].class_name == place.picture.class_name]
    names = FreeNames({place.kept: place.digest for place in stay}, present.others)
    after = {place.kept: _relabelled(place, labels[place.kept], folders, names) for place in here}
    known = {*present.digests.values()}
    unknown = [file for file in files if digests.get(file.path) not in known]
    places, _ = _bring(unknown, digests, present, names)
    changed = [(place, after[place.kept]) for place in here if after[place.kept] != place]
    return Plan([*after.values(), *places], present.others, bool(present.manifest), len(files) - len(unknown), changed)


def _bring(
    files: Sequence[SourceFile], digests: Mapping[str, str], present: Present, names: FreeNames
) -> tuple[list[Place], int]:
    """The places of new pictures, and how many are known already."""
    folders, places, known = _folders(present, files), [], 0
    for file in files:
        digest = digests.get(file.path)
        if digest is None:
            continue
        folder = folders[file.class_name]
        path = names.find(f"{folder}/{tail_of(file, folder)}", digest, file.path)
        if path is None:
            known += 1
        else:
            picture = RawPicture(path, file.class_name, file.split, file.group, file.history or file.path)
            places.append(Place(picture, digest, file))
    return places, known


def _folders(present: Present, files: Iterable[SourceFile]) -> dict[str, str]:
    """The folder of each class; a class that data/raw has keeps its own."""
    taken: dict[str, str] = {}
    for file in present.files:
        folder = file.path.split("/")[0]
        if folder == file.class_name or folder not in taken.values():
            taken.setdefault(file.class_name, folder)
    return folder_names((file.class_name for file in files), taken)


def _said(present: Present, files: Sequence[SourceFile], digests: Mapping[str, str]) -> dict[str, SourceFile]:
    """What the source says of each picture of data/raw, by the latter's path."""
    here, there = _by_digest(present.files, present.digests), _by_digest(files, digests)
    return {mine.path: its for digest, mines in here.items() for mine, its in _pairs(mines, there.get(digest, []))}


def _by_digest(files: Iterable[SourceFile], digests: Mapping[str, str]) -> dict[str, list[SourceFile]]:
    found: defaultdict[str, list[SourceFile]] = defaultdict(list)
    for file in files:
        if file.path in digests:
            found[digests[file.path]].append(file)
    return found


def _pairs(mines: Sequence[SourceFile], its: Sequence[SourceFile]) -> Iterator[tuple[SourceFile, SourceFile]]:
    """Which copy of a picture is meant by which entry of the source."""
    if len({(file.class_name, file.split, file.group) for file in its}) == 1:
        yield from ((mine, its[0]) for mine in mines)
        return
    left = list(mines)
    rest = []
    for entry in its:  # copies whose classes differ: those of which the class is said again stay as they are
        same = next((mine for mine in left if mine.class_name == entry.class_name), None)
        if same is None:
            rest.append(entry)
        else:
            left.remove(same)
            yield same, entry
    yield from zip(left, rest, strict=False)


def _label(mine: SourceFile, its: SourceFile | None) -> SourceFile:
    if its is None:
        return mine
    return replace(mine, class_name=its.class_name, split=its.split or mine.split, group=its.group or mine.group)


def _relabelled(place: Place, label: SourceFile, folders: Mapping[str, str], names: FreeNames) -> Place:
    path = place.kept
    if label.class_name != place.picture.class_name:
        tail = path.partition("/")[2]
        path = names.take(f"{folders[label.class_name]}/{tail}", place.digest, path)
    picture = replace(place.picture, path=path, class_name=label.class_name, split=label.split, group=label.group)
    return replace(place, picture=picture)
