"""Letters and cards: built on the machine of the worker, in its folder of plain letters."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from portal.domain.letters.announcements.models import CardPrint
from portal.domain.letters.letters.models import PrintRun
from portal.domain.letters.letters.states import RunState
from portal.domain.mailroom.printing.cards.printing import print_cards as print_waiting
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters, build_run
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer, letter_printer
from portal.domain.mailroom.printing.runs.pipeline.writer import Writer
from portal.domain.mailroom.printing.runs.recipients.preflight import Preflight
from portal.domain.mailroom.printing.runs.recipients.selection import told
from portal.domain.mailroom.printing.runs.writers.advance import AdvanceWriter
from portal.domain.mailroom.printing.runs.writers.specimens import SpecimenWriter
from portal.domain.oversight.daily.machine import Done, Errand


def build_with_ids(errand: Errand) -> Done:
    """Build a letter with a new ID and password for every household that is due."""
    built = build_letters(
        _printer(errand),
        limit=_limit(errand),
        workers=errand.machine.processes,
        notice_date=_day(errand),
        progress=errand.report,
    )
    return _run_of(errand, built)


def build_advance(errand: Errand) -> Done:
    """Build the advance notice for every household that is due."""
    return _without_id(errand, AdvanceWriter(_printer(errand)))


def build_specimens(errand: Errand) -> Done:
    """Build the letters of a test posting."""
    return _without_id(errand, SpecimenWriter(_printer(errand)))


def _without_id(errand: Errand, writer: Writer) -> Done:
    limit, day = _limit(errand), _day(errand)
    built = build_run(writer, limit=limit, notice_date=day, progress=errand.report)
    return _run_of(errand, built)


def _run_of(errand: Errand, built: BuiltRun | Preflight) -> Done:
    if isinstance(built, BuiltRun):
        totals, checked = built.totals, built.checked
        made: dict[str, Any] = {
            "run_id": built.run_id,
            "letters": totals.letters,
            "resumed": built.resumed,
        }
    else:
        checked, made = built, _built_before(errand)
    if checked is not None:
        made |= {"left_out": told(checked.left_out), "unprintable": checked.unprintable}
    return Done(made)


def _built_before(errand: Errand) -> dict[str, Any]:
    """Return the run that a killed worker completed for the same task; else that there is none."""
    task = errand.task
    nothing: dict[str, Any] = {"run_id": None, "letters": 0, "resumed": False}
    if task.tries == 1:
        return nothing
    with errand.source.reading() as work:
        run = work.session.scalar(
            select(PrintRun)
            .where(
                PrintRun.begun_by == task.actor.id,
                PrintRun.state == RunState.BUILT,
                PrintRun.created_at >= task.asked_at,
            )
            .order_by(PrintRun.id.desc())
            .limit(1)
        )
        return nothing if run is None else nothing | {"run_id": run.id, "letters": run.planned}


def print_cards(errand: Errand) -> Done:
    """Print the waiting cards and decision letters; all that this task printed are counted."""
    built = print_waiting(_printer(errand))
    asked_at: datetime = errand.task.asked_at
    with errand.source.reading() as work:
        count, cards = work.session.execute(
            select(func.count(), func.coalesce(func.sum(CardPrint.cards), 0)).where(
                CardPrint.printed_at >= asked_at
            )
        ).one()
    return Done(
        {
            "files": count,
            "cards": int(cards),
            "stopped": built.stopped,
            "unprintable": len(built.unprintable),
        }
    )


def _printer(errand: Errand) -> Printer:
    return letter_printer(errand.source, errand.machine.letters, errand.machine.public_url)


def _limit(errand: Errand) -> int | None:
    limit = errand.task.detail["limit"]
    return int(limit) if limit is not None else None


def _day(errand: Errand) -> date | None:
    day = errand.task.detail["notice_date"]
    return date.fromisoformat(str(day)) if day is not None else None
