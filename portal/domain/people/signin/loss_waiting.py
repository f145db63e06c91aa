"""Reports of a loss wait for a worker, as rows of one form that only it can read.

A report is taken in by the same statements whatever is right about it: an ID that is unknown,
wrong, protected, locked, shut already or over the month's limit costs its browser as much time as
one that is shut (A6 of ``security.md``). What a report does, a worker does within seconds.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.texts import _s, current_locale
from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import LossReport
from portal.domain.people.signin.carried import carried, carry

AT_ONCE = 20
_CONTEXT = "loss_report_row"
_SIZE = 700


NOT_YET = datetime.min.replace(tzinfo=UTC)


class Step(StrEnum):
    """What a form of a report asks for."""

    PASSWORD = "password"  # noqa: S105  (the name of a form)
    """Shut the account whose ID and password were compared."""
    SEND = "send"
    """Send a code to a number or an address, if an account has it."""
    CODE = "code"
    """Shut the accounts of a number or an address, if the code is right."""
    APP = "app"
    """Shut the account of an ID, if the app's code is right."""


@dataclass(frozen=True, slots=True)
class Report:
    """One form as it waits; what a step does not need is empty.

    Attributes:
        step: What it asks for.
        credential_id: Whose password was compared; 0 for an unknown ID.
        item: Which password that was (``evidence.Item``), if it was right.
        kind: What kind of source the number or address is (``CodeChannel``).
        address: The number or address: as typed to send a code to it, then its digest.
        login: The digest of the ID.
        code: The digits that were typed.
        host: The host name of the site, which a message names.
        locale: The language of the form.
        at: When it was received (UTC): codes are judged at that instant.
    """

    step: Step
    credential_id: int = 0
    item: str = ""
    kind: str = ""
    address: str = field(default="", repr=False)
    login: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    host: str = ""
    locale: str = field(default_factory=current_locale)
    at: datetime = NOT_YET


def let_wait(work: Work, report: Report) -> None:
    """Keep a form for the worker; every row is of one length."""
    content = asdict(report) | {"at": work.now.isoformat(), "pad": ""}
    content["pad"] = "." * (_SIZE - len(json.dumps(content)))
    sealed = carry(work.vault, content, _CONTEXT)
    work.session.add(LossReport(carried=sealed, created_at=work.now))
    work.session.flush()


def waiting_reports(session: Session, aside: Collection[int]) -> Sequence[int]:
    """Return the keys of the forms that wait, the oldest first."""
    statement = select(LossReport.id).order_by(LossReport.id).limit(AT_ONCE + len(aside))
    return session.scalars(statement).all()


def take(work: Work, report_id: int) -> Report | None:
    """Take a form out of the queue; None if another worker did.

    Raises:
        IntegrityFaultError: no key opens it; its job sets it aside, which is an alarm.
    """
    row = work.session.get(LossReport, report_id, with_for_update=True, populate_existing=True)
    if row is None:
        return None
    content = carried(work.vault, row.carried, _CONTEXT)
    if content is None:
        raise IntegrityFaultError(_s("待っている紛失の届け出を読めません。"))
    work.session.delete(row)
    del content["pad"]
    at, step = datetime.fromisoformat(content.pop("at")), Step(content.pop("step"))
    return Report(step=step, at=at, **content)
