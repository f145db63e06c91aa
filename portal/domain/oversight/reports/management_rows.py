"""Rows that several reports on the work share: companies, open questions."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.letters.subcontractors.queries import subcontractors
from portal.domain.oversight.management import words
from portal.domain.oversight.management.questions import Question
from portal.domain.oversight.reports.tables import Cell


def company_rows(session: Session) -> list[tuple[Cell, ...]]:
    """Return the subcontractors: name, work, state, consent."""
    states = {
        "proposed": _s("区の承諾を待っています"),
        "consented": _s("承諾ずみ"),
        "refused": _s("承諾されませんでした"),
        "ended": _s("終わりました"),
    }
    return [
        (one.name, one.work, states[one.state], instructed(one.consent_no, one.consent_on))
        for one in subcontractors(session)
    ]


def question_rows(found: Iterable[Question]) -> list[tuple[Cell, ...]]:
    """Return open questions: number, title, clause, state, instruction."""
    return [
        (
            str(one.number),
            one.title,
            one.clause,
            words.question_state(one.state),
            instructed(one.instruction_no, one.instruction_on),
        )
        for one in found
    ]


def instructed(number: str | None, day: date | None) -> str:
    """Write an instruction's or a consent's number and day; a dash where there is none."""
    return f"{number} {format_wareki(day)}" if number and day is not None else "–"
