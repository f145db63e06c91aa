"""The resources of every print: transactions, keys, program, folders and fonts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portal.domain.foundation.work import WorkSource
from portal.domain.letters.letters.drawing.frame import LetterFrame, letter_frame
from portal.domain.letters.letters.drawing.texts import load_texts
from portal.domain.letters.letters.models import PrintRun
from portal.domain.mailroom.printing.runs.pipeline.files import (
    link_folder,
    make_folder,
    run_folder,
)

MakeFolder = Callable[[int], str]
"""Creates the folder of a run by its number, and returns its name in the letters folder."""


@dataclass(frozen=True, slots=True)
class PrintingNode(WorkSource):
    """The machine that prints, with the folder where the plain files of its runs lie.

    Attributes:
        base_folder: The letters folder. Plain letters never leave it but in an encrypted archive.
    """

    base_folder: Path

    def folder_of(self, run: PrintRun) -> Path:
        """Return where the files of a run lie, if it was printed here."""
        return run_folder(self.base_folder, run.folder)


def printing_node(source: WorkSource, letters: Path) -> PrintingNode:
    """Return this machine with its letters folder, as a source of transactions."""
    return PrintingNode(
        source.read,
        source.write,
        source.vault,
        source.clock,
        source.actor,
        source.filed,
        letters,
        standing=source.standing,
    )


@dataclass(frozen=True, slots=True)
class Printer(PrintingNode):
    """The resources of a print.

    ``public_url`` is the address of the resident site, which the QR code opens.
    """

    public_url: str
    fonts: tuple[Path, ...] = ()

    def frame(self, notice_date: date) -> LetterFrame:
        """Return the part that all letters with an ID share.

        Raises InputError for texts or a layout that cannot be printed.
        """
        texts = load_texts(self.program.letter_texts_file)
        return letter_frame(
            self.program,
            texts,
            notice_date=notice_date,
            resident_url=self.public_url,
            fonts=self.fonts,
        )

    def folder_maker(self, folder: Path | None) -> MakeFolder:
        """Return the function that creates a run's folder, named by its number.

        With ``folder`` its files lie there, and its place in the letters folder leads there.
        """

        def make(run_id: int) -> str:
            place = self.base_folder / f"run-{run_id:03}"
            if folder is None:
                make_folder(place)
            else:
                link_folder(place, folder)
            return place.name

        return make


def letter_printer(source: WorkSource, letters: Path, public_url: str) -> Printer:
    """Return this machine's printer, with its letters folder and the resident site's address."""
    return Printer(
        source.read,
        source.write,
        source.vault,
        source.clock,
        source.actor,
        source.filed,
        letters,
        public_url,
        standing=source.standing,
    )
