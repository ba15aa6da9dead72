"""From a list of pictures to a table of answers: on all cores, in bounded memory, and again after a kill."""

import errno
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import onnxruntime
import PIL

import tinysight
from tinysight.data.cores import on_all_cores
from tinysight.data.progress import progress_bar
from tinysight.errors import ConfigError, DataError
from tinysight.scoring.answer_tables import answer_table, check_table
from tinysight.scoring.answers import Source, judge_all
from tinysight.scoring.group_scores import GroupScores, Scorer
from tinysight.scoring.listing import Named, shown
from tinysight.scoring.listing_file import GROUP, Groups, write_listing
from tinysight.scoring.model_file import ModelFile
from tinysight.scoring.score_journal import ScoreJournal, score_journal
from tinysight.scoring.unfinished import DRAFT, LISTING, SCORES, Work, claim, unfinished

AHEAD = 16  # groups for each process that may be done before the oldest one that is not
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Outcome:
    """How it went.

    Attributes:
        pictures: rows of the table.
        failed: rows with an error.
    """

    pictures: int
    failed: int


def write_answers(
    named: Iterable[Named], model: ModelFile, out: Path, *, workers: int = 0, overwrite: bool = False
) -> Outcome:
    """Classifies pictures into a table, in the order of the list.

    Until it is finished, all lies in a folder beside the table; there a killed or failed run is gone on with.

    Args:
        named: the pictures; read once, before the first one is classified.
        model: what to ask.
        out: the table; its ending says its format.
        workers: processes; 0 is one for each core.
        overwrite: replace the table, and throw away what another work has left unfinished.

    Raises:
        ConfigError: if the table is there already, is unfinished work of another model or list, or has no format.
        DataError: if there is no picture, or the disk is full.
    """
    check_table(out)
    if out.is_dir():
        raise ConfigError(f"{out} is a folder. Name a file in it with --out.")
    if out.exists() and not overwrite:
        raise ConfigError(f"{out} is there already. Add --overwrite to replace it, or name another file with --out.")
    with unfinished(out) as folder, _draft(folder / DRAFT, out) as draft:
        groups = write_listing(folder / f"{LISTING}.part", named).moved_to(folder / LISTING)
        if not groups.pictures:
            raise DataError("No picture is named: the folder or the list holds none. Name where pictures are.")
        claim(folder, _work(model.source, groups), anew=overwrite)
        return _fill(groups, model, folder, draft, out.suffix, workers)


def _work(source: Source, groups: Groups) -> Work:
    programs = f"tinysight {tinysight.__version__}, Pillow {PIL.__version__}, ONNX Runtime {onnxruntime.__version__}"
    return Work(source.sha256, groups.sha256, programs, source.model_version, groups.pictures)


@contextmanager
def _draft(draft: Path, out: Path) -> Iterator[Path]:
    """Gives a name to write the table to; what was written when the block ended badly goes, for the room it takes.

    Raises:
        DataError: if the disk is full.
    """
    try:
        yield draft
        os.replace(draft, out)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in FULL:
            raise DataError(
                f"The disk is full: {out} cannot be written. Free some room, then run the same command again: it goes"
                " on where it stopped."
            ) from None
        raise


def _fill(groups: Groups, model: ModelFile, folder: Path, draft: Path, suffix: str, workers: int) -> Outcome:
    """Writes the whole table from the scores that are there and those that are made now."""
    row = failed = 0
    with (
        answer_table(draft, suffix, model.source) as table,
        score_journal(folder / SCORES, len(model.source.class_names)) as journal,
        progress_bar("classify pictures", groups.pictures) as advance,
        closing(_scores(groups, model, journal, workers, advance)) as scores,
    ):
        at_once = table.rows // GROUP
        while block := list(islice(scores, at_once)):
            files = [shown(picture.file) for group in groups[row : row + len(block)] for picture in group.pictures]
            table.write(judge_all(files, block, model.source))
            failed += sum(len(group.errors) for group in block)
            row += len(block)
    return Outcome(groups.pictures, failed)


def _scores(
    groups: Groups, model: ModelFile, journal: ScoreJournal, workers: int, advance: Callable[[int], None]
) -> Generator[GroupScores, None, None]:
    """The scores of each group, in order: those of the journal, then new ones, which go into it."""
    done = 0
    for scores in journal.earlier():
        done += 1
        advance(len(scores.probabilities))
        yield scores
    scorer = Scorer(model.data, len(model.source.class_names), model.image_size)
    fresh = on_all_cores(scorer, groups.after(done), scorer.one_by_one, ahead=AHEAD, batch=1, workers=workers)
    with closing(fresh):
        for scores in fresh:
            journal.add(scores)
            advance(len(scores.probabilities))
            yield scores
