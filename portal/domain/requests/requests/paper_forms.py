"""Forms on paper (post, FAX, counter): what staff read on them, and the row of each form.

Decides which instant counts for the deadline, and why a form has no effect yet.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Channel
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of, finish_task
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.services import touch

Record_co = TypeVar("Record_co", covariant=True)
PAPER_CHANNELS = (Channel.POST, Channel.FAX, Channel.COUNTER)


class Signer(Labeled):
    """Who signed a form, by the relation to the household, as staff read it."""

    HOUSEHOLDER = "householder", lambda: _s("世帯主")
    SPOUSE = "spouse", lambda: _s("配偶者")
    PARENT = "parent", lambda: _s("親")
    CHILD = "child", lambda: _s("こども本人")
    PROXY = "proxy", lambda: _s("代理人")
    OTHER = "other", lambda: _s("そのほか")
    NOBODY = "nobody", lambda: _s("署名なし")


class NoScan(Labeled):
    """Why a form has no scan, as staff read it; a second person then reads the paper itself."""

    SCANNER_DOWN = "scanner_down", lambda: _s("スキャナーが使えない")
    UNREADABLE = "unreadable", lambda: _s("スキャンでは読めない紙（点字、濡れた紙など）")
    WITH_WARD = "with_ward", lambda: _s("原本が区にある")


class FollowUp(Labeled):
    """How a household is asked what an unclear form means, as staff read it."""

    CALL = "call", lambda: _s("書かれた電話番号に電話する")
    LETTER = "letter", lambda: _s("登録された住所に手紙を送る")


class FormFault(StrEnum):
    """Why a form has no effect yet; stored among the warnings of its request."""

    LATE = "late"
    NO_ATTORNEY = "no_attorney"
    UNCLEAR = "unclear"


WEAK = frozenset(FormFault)
"""A request with one of these has no effect on coupons and is never accepted.

A better form may still take its place.
"""


@dataclass(frozen=True, slots=True)
class PaperEntry(Generic[Record_co]):
    """A form as staff read it.

    Attributes:
        channel: How it came.
        received_at: Its arrival, or the time in the FAX's header line (UTC).
        written: The record of the form's kind.
        signed_by: A ``Signer``.
        postmark_on: The day of the postmark (JST), where it is readable.
        has_letter_of_attorney: Whether the signer's authorization is attached.
        is_clear: Whether it is clear what the form asks for.
        countersigned: The numbers of the children of 18 or older who signed themselves.
        scan_id: The stored scan.
        follow_up: A ``FollowUp``, for a form that is not clear.
        evidence: The receipt number of a person who was locked out before the deadline.
        no_scan: A ``NoScan``, for a form without ``scan_id``.
    """

    channel: Channel
    received_at: datetime
    written: Record_co
    signed_by: str = Signer.HOUSEHOLDER
    postmark_on: date | None = None
    has_letter_of_attorney: bool = False
    is_clear: bool = True
    countersigned: frozenset[int] = frozenset()
    scan_id: int | None = None
    follow_up: str = FollowUp.LETTER
    evidence: str = ""
    no_scan: str = ""


def check_entry(form: PaperEntry[object], now: datetime) -> None:
    """Refuse a form that contradicts itself. Raises InputError; its code names the field."""
    if form.channel not in PAPER_CHANNELS or Signer.known(form.signed_by) is None:
        raise InputError(_s("届いた方法と、署名した人を選んでください。"))
    if form.scan_id is None and NoScan.known(form.no_scan) is None:
        raise InputError(
            _s("書類のスキャンをつけるか、スキャンがない理由を選んでください。"), code="no_scan"
        )
    check_instant(form.received_at, now)
    if form.postmark_on is not None and form.postmark_on > jst_date(form.received_at):
        raise InputError(_s("消印の日が、届いた日より後になっています。"), code="postmark_on")


def as_entry(form: PaperForm) -> PaperEntry[None]:
    """Return a stored form as it was entered, without what was written on it."""
    return PaperEntry(
        Channel(form.channel),
        form.received_at,
        None,
        form.signed_by,
        form.postmark_on,
        form.has_letter_of_attorney,
        form.is_clear,
    )


def as_entered(work: Work, channel: Channel) -> Work:
    """Return the work of the same actor on the channel by which the form came."""
    actor = work.actor
    return work.acting_as(Actor(actor.role, actor.id, actor.organization, channel))


def check_form(form: PaperEntry[object], now: datetime) -> None:
    """Do the same for a form or a call, which only has its instant. Raises InputError."""
    if form.channel is Channel.PHONE:
        check_instant(form.received_at, now)
    else:
        check_entry(form, now)


def check_instant(received_at: datetime, now: datetime) -> None:
    """Refuse an arrival in the future. Raises InputError."""
    if received_at > now:
        raise InputError(_s("届いた日時が、いまより後になっています。"), code="received_at")


def instant_that_counts(
    program: Program, form: PaperEntry[object], earlier: datetime | None = None
) -> datetime:
    """Return the instant that counts for the deadline.

    That is the earliest of an earlier receipt, the day of the postmark (where the ward accepts it),
    and the arrival.
    """
    counts = form.received_at
    by_postmark = program.requests.by_postmark and form.channel is Channel.POST
    if by_postmark and form.postmark_on is not None:
        counts = min(counts, day_start(form.postmark_on))
    return min(counts, earlier) if earlier is not None else counts


def weaknesses(window: Window, form: PaperEntry[object], counts: datetime) -> tuple[FormFault, ...]:
    """Return why a form has no effect yet: it is late, or the signer is not authorized."""
    authorized = form.signed_by == Signer.HOUSEHOLDER or (
        form.has_letter_of_attorney and form.signed_by != Signer.NOBODY
    )
    faults = ((FormFault.LATE, window.is_over(counts)), (FormFault.NO_ATTORNEY, not authorized))
    return tuple(fault for fault, applies in faults if applies)


def add_form(work: Work, row: Request, form: PaperEntry[object]) -> None:
    """Add a form to a locked request.

    Raises NotAllowedError where nobody with an account enters it.
    """
    if work.actor.id is None or work.actor.organization is None:
        raise NotAllowedError(_s("書類を登録できるのは、アカウントのある職員だけです。"))
    paper = PaperForm(
        request_id=row.id,
        channel=form.channel.value,
        received_at=form.received_at,
        postmark_on=form.postmark_on,
        signed_by=form.signed_by,
        has_letter_of_attorney=form.has_letter_of_attorney,
        is_clear=form.is_clear,
        scan_id=form.scan_id,
        entered_by=work.actor.id,
        entered_at=work.now,
        detail={
            "countersigned": sorted(form.countersigned),
            "evidence": form.evidence,
            "no_scan": form.no_scan if form.scan_id is None else "",
        },
    )
    work.session.add(paper)
    work.session.flush()
    record(
        work,
        "request.paper_added",
        "request",
        row.id,
        household_id=row.household_id,
        kind=row.kind,
        paper=paper.id,
        way=form.channel.value,
    )
    touch(row, work.now)
    work.session.flush()


def locked_out_task(work: Work, receipt_no: str, trouble: str) -> Task:
    """Return the locked task of a person who could not sign in, about ``trouble``.

    Raises:
        NotFoundError: no such receipt, or it concerns another subject.
    """
    task = work.session.scalar(select(Task).where(Task.receipt_no == receipt_no).with_for_update())
    if task is None or details_of(work.vault, task).get("trouble") != trouble:
        raise NotFoundError(
            _s("この受付番号で、サインインできない方から受けた申し込みはありません。")
        )
    return task


def finish_evidence(work: Work, task: Task | None, row: Request) -> None:
    """Record that a locked-out person's receipt counted for a request, and finish its task."""
    if task is None:
        return
    record(work, "request.honored", "request", row.id, household_id=row.household_id, task=task.id)
    if task.state == "open":
        finish_task(work, task.id)
