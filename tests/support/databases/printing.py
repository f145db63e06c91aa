"""What a print says and holds: waiting cards, then letters, as the commands make them."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from portal.cli.mailroom.letters_words import preflight_json
from portal.domain.mailroom.printing.cards.checking import check_cards
from portal.domain.mailroom.printing.cards.printing import print_cards
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.printer import letter_printer
from tests.support.databases.worlds import World
from tests.support.reading import pdf

RANDOM = re.compile(
    r"\b\d{4}-\d{3}-\d{3}\b|\b[A-Z0-9]{4}(?:-[A-Z0-9]{4}){2}\b|\b[MC]\d{9}\b|\b[0-9a-f]{64}\b"
)
"""IDs, passwords, numbers of letters and cards, and digests of files with them."""


def printed(made: World) -> Iterator[tuple[str, object]]:
    """Print the waiting cards and every letter that is due."""
    letters = made.staff.site.settings.letters_dir
    shutil.rmtree(letters, ignore_errors=True)  # of the other world
    letters.mkdir(parents=True)
    printer = letter_printer(made.staff.site.work_source(), letters, "http://127.0.0.1")
    with printer.read() as session:
        looked = check_cards(printer.work(session), printer)
    yield "CARDS that wait", (looked.printable, looked.told, looked.unprintable)
    cards = print_cards(printer)
    yield "CARDS printed", (cards.cards, cards.stopped, cards.unprintable, len(cards.files))
    yield "CARDS on paper", [_paper(path) for path in cards.files]
    built = build_letters(printer, workers=0)
    checked = built.checked if isinstance(built, BuiltRun) else built
    yield "LETTERS chosen", preflight_json(checked) if checked is not None else None
    if isinstance(built, BuiltRun):
        yield "LETTERS printed", RANDOM.sub("", str(asdict(built.totals)))
        yield "LETTERS on paper", [_paper(path) for path in built.paths]
        yield "LETTERS listed", RANDOM.sub("", built.manifest.read_text("utf-8"))


def _paper(path: Path) -> str:
    return RANDOM.sub("", "\n".join(pdf.text(path.read_bytes())))
