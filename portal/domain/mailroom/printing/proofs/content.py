"""Prepare the content of a proof: the letters to show, their pictures without secrets, the counts.

The pictures are drawn anew, with stars for ID and password and a QR code without an ID. So no
secret can reach a staff screen because of a mistake in covering it up. The text of the printed
pages is compared, to be sure that the pictures show what was built.
"""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.disk import digest_of
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import REPLY_ENVELOPE
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.drawing.address_block import text_ems
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.render import render_chunk, render_pictures
from portal.domain.letters.letters.kinds import kind_of
from portal.domain.letters.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.letters.letters.states import LetterState
from portal.domain.mailroom.printing.proofs.states import SampleReason
from portal.domain.mailroom.printing.runs.pages import page_pictures, page_texts
from portal.domain.mailroom.printing.runs.pipeline.files import file_gone
from portal.domain.mailroom.printing.runs.pipeline.manifest import (
    enclosed_counts,
    large_languages,
    run_files,
)
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.queries import stopped
from portal.domain.mailroom.printing.runs.recipients import advance_selection, selection
from portal.domain.mailroom.printing.runs.recipients.addressees import read_addressees
from portal.domain.mailroom.printing.runs.recipients.preflight import draft
from portal.domain.mailroom.printing.runs.writers.enclosures import (
    enclosure_file,
    printed_names,
    shared_names,
)
from portal.domain.people.households.models import Household, PrintText

RANDOM_LETTERS = 2
DPI = 110
OPEN_AT_ONCE = 2_000
MASKED_ID, MASKED_PASSWORD = "*" * 10, "*" * 12
_ID = re.compile(r"\b\d{4}-\d{3}-\d{3}\b|\*{4}-\*{3}-\*{3}")
_PASSWORD = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b|\*{4}-\*{4}-\*{4}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter of the proof: its page, and why it was chosen (``places``, ``SampleReason``)."""

    letter_id: int
    household_id: int
    number: str
    file: str
    page: int
    children: int
    amount_yen: int
    counter: bool
    pieces: int = 1
    large: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """One letter of a proof with its picture (PNG)."""

    letter_id: int
    places: tuple[str, ...]
    png: bytes = field(repr=False)


class Counted(Struct, frozen=True):
    """The current counts of a run: letters that were printed and not taken out, children, yen.

    ``pieces`` counts letters by the number of pieces in their envelope, ``enclosures`` the enclosed
    pieces by kind, ``left_out`` the households that get no letter by reason.
    """

    letters: int
    children: int
    amount_yen: int
    pieces: dict[str, int]
    enclosures: dict[str, int]
    left_out: dict[str, int]


def build_sha256(session: Session, run_id: int) -> str:
    """Return one digest for all files of a run as they were built."""
    lines = "".join(f"{file.sha256}  {file.file}\n" for file in run_files(session, run_id))
    return hashlib.sha256(lines.encode()).hexdigest()


def shared_files(
    session: Session, folder: Path, run_id: int, enclosed: Sequence[str]
) -> dict[str, str]:
    """Return the SHA-256 of the files that the letters of a run share, by file name.

    These are the back, the forms, and what is enclosed with letters in large print.

    Raises:
        InputError: a file is missing.
    """
    names = shared_names(run_id, enclosed, large_languages(session, run_id))
    # a run of a version before has no envelope: the mail house had a stock of them
    stock = enclosure_file(run_id, REPLY_ENVELOPE)
    here = [name for name in names if (folder / name).is_file() or name != stock]
    if missing := [name for name in here if not (folder / name).is_file()]:
        raise file_gone(missing[0])
    return {name: digest_of(folder / name) for name in here}


def count(session: Session, run_id: int) -> Counted:
    """Count the letters of a run and the households without a letter."""
    run, letters = session.get_one(PrintRun, run_id), kind_of(session, run_id).table
    rows = session.execute(
        select(
            letters.enclosures,
            func.count(letters.id),
            func.sum(letters.children),
            func.sum(letters.amount_yen),
        )
        .where(letters.print_run_id == run_id, letters.state == LetterState.PRINTED)
        .group_by(letters.enclosures)
        .order_by(letters.enclosures)
    ).all()
    found = (advance_selection.counts if run.is_without_id else selection.counts)(
        session, except_run=run_id
    )
    left = {reason: households for reason, households in found.items() if reason != selection.DUE}
    each = [pieces for pieces, number, _children, _yen in rows for _ in range(number)]
    return Counted(
        len(each),
        sum(int(row[2]) for row in rows),
        sum(int(row[3]) for row in rows),
        {str(row[0]): row[1] for row in rows},
        enclosed_counts(run.enclosed, each),
        left,
    )


class SampleDraw(Struct, frozen=True):
    """The run from which samples are drawn; the same ``seed`` draws the same random letters."""

    run_id: int
    seed: int


def choose(work: Work, draw: SampleDraw, passed_over: Collection[int] = ()) -> list[Sample]:
    """Choose the first, the last, random ones, that with the longest name, and one for the counter.

    Letters that must be taken out are left out, and so are those in ``passed_over``.
    """
    found = [one for one in _samples(work.session, draw.run_id) if one.letter_id not in passed_over]
    posted = [one for one in found if not one.counter]
    chosen = [(SampleReason.COUNTER, one) for one in found if one.counter][:1]
    if posted:
        chosen += [(SampleReason.FIRST, posted[0]), (SampleReason.LAST, posted[-1])]
        drawn = Random(draw.seed).sample(posted, min(RANDOM_LETTERS, len(posted)))  # noqa: S311  (to be drawn again)
        chosen += [(SampleReason.RANDOM, one) for one in drawn]
        chosen.append((SampleReason.LONGEST, _longest(work, posted)))
    places: dict[int, list[str]] = {}
    for place, one in chosen:
        places.setdefault(one.letter_id, []).append(place)
    return [
        replace(one, places=tuple(places[one.letter_id]))
        for one in found
        if one.letter_id in places
    ]


def _samples(session: Session, run_id: int) -> list[Sample]:
    """Return the printed letters of a run that need not be taken out, in the order of pages."""
    kind = kind_of(session, run_id)
    letters = kind.table
    rows = session.execute(
        select(
            letters.id,
            func.coalesce(letters.household_id, 0),
            letters.number,
            func.coalesce(PrintChunk.file_name, ""),
            func.coalesce(letters.position, 0),
            letters.children,
            letters.amount_yen,
            kind.counter,
            letters.enclosures,
            func.coalesce(kind.large_print, ""),
        )
        .join(Household, Household.id == letters.household_id)
        .join(
            PrintChunk,
            (PrintChunk.print_run_id == letters.print_run_id)
            & (PrintChunk.number == letters.chunk_number),
        )
        .where(letters.print_run_id == run_id, letters.state == LetterState.PRINTED, ~stopped(kind))
        .order_by(letters.chunk_number, letters.position)
    )
    values: list[tuple[Any, ...]] = [tuple(row) for row in rows]
    return [Sample(*row) for row in values]


def changed_since(session: Session, letter_ids: Collection[int]) -> set[int]:
    """Return the letters whose household or print text was changed after the printing."""
    rows = session.scalars(
        select(Letter.id)
        .join(Household, Household.id == Letter.household_id)
        .outerjoin(PrintText, PrintText.household_id == Letter.household_id)
        .where(
            Letter.id.in_(letter_ids),
            or_(
                Household.changed_at > Letter.printed_at, PrintText.approved_at > Letter.printed_at
            ),
        )
    )
    return set(rows)


def _longest(work: Work, samples: Sequence[Sample]) -> Sample:
    best = (-1.0, samples[0])
    for start in range(0, len(samples), OPEN_AT_ONCE):
        part = samples[start : start + OPEN_AT_ONCE]
        names = read_addressees(work, [one.household_id for one in part])
        longest = max(part, key=lambda one: text_ems(names[one.household_id].name))
        best = max(
            best, (text_ems(names[longest.household_id].name), longest), key=lambda found: found[0]
        )
    return best[1]


def masked(
    work: Work, printer: Printer, samples: Sequence[Sample], enclosed: Sequence[str] = ()
) -> list[LetterContent]:
    """Return the letters as they were printed, but with ID and password masked.

    ``enclosed`` names the enclosures of the run.
    """
    addressees = read_addressees(work, [one.household_id for one in samples], printed=True)
    return [
        replace(
            draft(one.number, addressees[one.household_id]),
            children=one.children,
            amount_yen=one.amount_yen,
            login_id=MASKED_ID,
            password=MASKED_PASSWORD,
            sign_in_url=f"{printer.public_url}/signin",
            enclosures=printed_names(enclosed, one.large or SOURCE_LOCALE)
            if one.pieces > 1
            else (),
            large=one.large,
        )
        for one in samples
    ]


def pictures(
    folder: Path, samples: Sequence[Sample], letters: Sequence[LetterContent], frame: LetterFrame
) -> tuple[list[Picture], set[int]]:
    """Draw the letters, and return the keys of those whose printed page has another text."""
    if not samples:
        return [], set()
    twins = page_texts(render_chunk(letters, frame), range(1, len(letters) + 1))
    printed: dict[int, str] = {}
    for file in sorted({one.file for one in samples}):
        inside = [one for one in samples if one.file == file]
        texts = page_texts(folder / file, [one.page for one in inside])
        printed |= {one.letter_id: text for one, text in zip(inside, texts, strict=True)}
    others = {
        one.letter_id
        for one, twin in zip(samples, twins, strict=True)
        if _without_secrets(printed[one.letter_id]) != _without_secrets(twin)
    }
    drawn = render_pictures(letters, frame, dpi=DPI)
    return [
        Picture(one.letter_id, one.places, png) for one, png in zip(samples, drawn, strict=True)
    ], others


def pages_as_they_are(folder: Path, samples: Sequence[Sample]) -> list[Picture]:
    """Return the printed pages themselves, of letters without a secret."""
    drawn: dict[int, bytes] = {}
    for file in sorted({one.file for one in samples}):
        inside = [one for one in samples if one.file == file]
        pngs = page_pictures(folder / file, [one.page for one in inside], DPI)
        drawn |= {one.letter_id: png for one, png in zip(inside, pngs, strict=True)}
    return [Picture(one.letter_id, one.places, drawn[one.letter_id]) for one in samples]


def _without_secrets(text: str) -> str:
    return _PASSWORD.sub("", _ID.sub("", text))
