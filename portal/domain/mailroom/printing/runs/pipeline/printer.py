"""The resources of every print: transactions, keys, program, folders and fonts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portal.domain.foundation.work import WorkSource
from portal.domain.letters.letters.drawing.frame import LetterFrame, letter_frame
from portal.domain.letters.letters.drawing.texts import load_texts
from portal.domain.mailroom.printing.runs.pipeline.files import make_folder

MakeFolder = Callable[[int], Path]


@dataclass(frozen=True, slots=True)
class Printer(WorkSource):
    """The resources of a print.

    ``public_url`` is the address of the resident site, which the QR code opens.
    """

    public_url: str
    base_folder: Path
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
        """Return the function that creates a run's folder: ``folder``, or one by its number."""
        return lambda run_id: make_folder(
            (folder or self.base_folder / f"run-{run_id:03}").resolve()
        )
