"""Prints the demo's letters, hands them over and chooses the one of the visitor."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from msgspec import Struct
from sqlalchemy import func, select

from portal.domain.foundation.actors import SYSTEM, Actor
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.models import Letter, PrintChunk
from portal.domain.mailroom.printing.dispatch.handover import confirm_hand_over, propose_hand_over
from portal.domain.mailroom.printing.proofs.decisions import approve_proof
from portal.domain.mailroom.printing.proofs.making import make_proof
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer, letter_printer
from portal.domain.people.households.queries import view_household
from portal.platform.site import Site

PRINTED_BEFORE, HANDED_OVER_BEFORE = timedelta(days=13), timedelta(days=12)


class Officers(Struct, frozen=True):
    """Two people who together can do everything that takes two."""

    contractor: Actor
    ward: Actor


class DemoLetter(Struct, frozen=True):
    """The visitor's letter.

    Attributes:
        household_id: Its household.
        run_id: Its print run.
        path: The file that it is in.
        page: Its page there, from 1.
        birth: The householder's birth date, which no letter prints.
    """

    household_id: int
    run_id: int
    path: Path
    page: int
    birth: date


def print_letters(site: Site, folder: Path) -> tuple[DemoLetter, int]:
    """Print all letters of the demo; return the visitor's and the number of all.

    Raises:
        InputError: nothing was printed.
    """
    built = build_letters(_printer(site, folder, PRINTED_BEFORE, SYSTEM), workers=2, chunk_size=60)
    if not isinstance(built, BuiltRun):
        raise InputError(_s("印刷する手紙がありません。"))
    return _letter(site, built), built.totals.letters


def _printer(site: Site, folder: Path, before: timedelta, actor: Actor) -> Printer:
    with site.database.read() as session:
        clock = FixedClock(site.clock.now(session) - before)
    source = replace(site.work_source(actor), clock=clock)
    return letter_printer(source, folder / "letters", site.settings.public_url)


def hand_over_letters(site: Site, folder: Path, run_id: int, officers: Officers) -> None:
    """Approve the run from its proof and hand it over to the post, as two people do."""
    make_proof(_printer(site, folder, HANDED_OVER_BEFORE, officers.contractor), run_id)
    with site.database.write() as session:
        now = site.clock.now(session) - HANDED_OVER_BEFORE
        approve_proof(site.work(session, officers.ward, now), run_id)
        propose_hand_over(site.work(session, officers.contractor, now), run_id)
        confirm_hand_over(site.work(session, officers.ward, now), run_id)


def _letter(site: Site, built: BuiltRun) -> DemoLetter:
    """Return a letter to a family with two children: the visitor sees more than one coupon."""
    with site.database.read() as session:
        rows = session.execute(
            select(Letter.household_id, PrintChunk.file_name, Letter.position)
            .join(
                PrintChunk,
                (PrintChunk.print_run_id == Letter.print_run_id)
                & (PrintChunk.number == Letter.chunk_number),
            )
            .where(Letter.print_run_id == built.run_id, Letter.position.is_not(None))
            .order_by(func.abs(Letter.children - 2), Letter.chunk_number, Letter.position)
        )
        for household_id, file_name, position in rows:
            birth = view_household(site.work(session), household_id).fields.birth
            if birth is not None and file_name and position:
                return DemoLetter(
                    household_id, built.run_id, built.folder / file_name, position, birth
                )
    raise InputError(_s("印刷する手紙がありません。"))
