"""Declines by post, FAX and counter: in time or not, signed by whom, clear or not, and never counted twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor, Channel
from portal.domain.announcements.services import announce
from portal.domain.audit.services import record
from portal.domain.clock import day_start, jst_date
from portal.domain.declines.declaring import (
    CROSSED,
    HONORED,
    LATE,
    NO_ATTORNEY,
    Declaration,
    Right,
    declare,
    lock_household,
    rights_of,
    unfinished,
)
from portal.domain.declines.items import items_of
from portal.domain.declines.models import DeclineItem
from portal.domain.declines.review import mark_unclear, note_signatures
from portal.domain.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.program.schema import Program
from portal.domain.requests.models import PaperForm, Request
from portal.domain.requests.services import locked, touch
from portal.domain.tasks.models import Task
from portal.domain.tasks.services import details_of
from portal.domain.texts import _s
from portal.domain.vault import Vault

SIGNERS = ("householder", "spouse", "adult_child", "relative", "other")
HOUSEHOLDER = "householder"
PAPER_CHANNELS = (Channel.POST, Channel.FAX, Channel.COUNTER)
TROUBLE = "decline"


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """A form as staff read it. ``received_at``: arrival, or the time in the FAX's header line (UTC).

    ``signed_by`` is a relation of ``SIGNERS``; ``countersigned`` the numbers of the children of 18 or older who signed
    themselves; ``telephone`` a number left on the form, for calls only. ``follow_up`` (call | letter) is used where the
    form is not clear. ``evidence`` is the receipt number of somebody who was locked out before the deadline.
    """

    channel: Channel
    received_at: datetime
    signed_by: str = HOUSEHOLDER
    postmark_on: date | None = None
    has_letter_of_attorney: bool = False
    is_clear: bool = True
    countersigned: frozenset[int] = frozenset()
    scan_id: int | None = None
    reason: str = ""
    text: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    follow_up: str = "letter"
    evidence: str = ""


def enter_form(
    session: Session,
    vault: Vault,
    program: Program,
    household_id: int,
    ordinals: Sequence[int],
    form: PaperEntry,
    actor: Actor,
    now: datetime,
) -> Request:
    """Enter a paper form (辞退届). Children who are declined already only get the form added to that request.

    A form that is late, or not signed by who may, waits with a warning and touches no coupon; one that is not clear,
    or that was sent before its household took the decline back, opens a task to call or to write.

    Raises:
        InputError: the entry contradicts itself, or no child of the household was chosen.
        NotFoundError: ``evidence`` names no such receipt.
        ConflictError, NotAllowedError: as ``declaring.declare``.
    """
    _check(form, now)
    household = lock_household(session, household_id)
    counts = _instant(session, vault, program, form)
    rights = rights_of(session, vault, program, household, ordinals, jst_date(counts))
    row, new = _join(session, rights, form, actor, now)
    if not new:
        return row or _nothing()
    completes = unfinished(session, household_id, new)
    counts = _first_word(completes, counts)
    warnings = _warnings(program, form, counts)
    crossed = _crossed(session, new, form)
    unclear = not form.is_clear or crossed
    if unclear and completes is not None and completes[1]:
        _add_form(session, completes[0], form, actor, now)  # the better word is still missing
        return completes[0]
    said = Declaration(
        counts, binding=not warnings and not unclear, countersigned=form.countersigned,
        warnings=(*warnings, *((CROSSED,) if crossed else ()), *((HONORED,) if form.evidence else ())),
        written={"reason": form.reason, "text": form.text, "telephone": form.telephone},
    )  # fmt: skip
    with_channel = Actor(actor.role, actor.id, actor.organization, form.channel)
    row = declare(session, vault, program, household, new, said, with_channel, now, completes)
    _add_form(session, row, form, with_channel, now)
    if unclear:
        items = items_of(session, row.id)
        return mark_unclear(session, vault, row, items, with_channel, now, "unclear", "", form.follow_up)
    announce(
        session, vault, household_id, "received", f"decline:{row.id}:received:{row.version}", now,
        contact=form.telephone or None, receipt_no=row.receipt_no,
    )  # fmt: skip
    return row


def _nothing() -> Request:
    raise InputError(_s("辞退するこどもを、選んでください。"), code="children")


def _check(form: PaperEntry, now: datetime) -> None:
    if form.channel not in PAPER_CHANNELS or form.signed_by not in SIGNERS:
        raise InputError(_s("届いた方法と、署名した人を選んでください。"))
    if form.received_at > now:
        raise InputError(_s("届いた日時が、いまより後になっています。"), code="received_at")
    if form.postmark_on is not None and form.postmark_on > jst_date(form.received_at):
        raise InputError(_s("消印の日が、届いた日より後になっています。"), code="postmark_on")


def _instant(session: Session, vault: Vault, program: Program, form: PaperEntry) -> datetime:
    """Return the instant that counts: the earlier receipt, the postmark's day where the ward says so, or arrival."""
    counts = form.received_at
    by_postmark = program.requests.postal_rule == "postmark" and form.channel is Channel.POST
    if by_postmark and form.postmark_on is not None:
        counts = min(counts, day_start(form.postmark_on))
    if form.evidence:
        counts = min(counts, locked_out_task(session, vault, form.evidence).created_at)
    return counts


def _first_word(completes: tuple[Request, list[DeclineItem]] | None, counts: datetime) -> datetime:
    """Return the instant of the first declaration that this form completes; a mere wish on the telephone is none."""
    if completes is None:
        return counts
    row, items = completes
    return min(counts, row.received_at) if items or HONORED in row.warnings else counts


def _warnings(program: Program, form: PaperEntry, counts: datetime) -> tuple[str, ...]:
    late = program.windows.decline.is_over(counts)
    stranger = form.signed_by != HOUSEHOLDER and not form.has_letter_of_attorney
    return (*((LATE,) if late else ()), *((NO_ATTORNEY,) if stranger else ()))


def _join(
    session: Session, rights: Sequence[Right], form: PaperEntry, actor: Actor, now: datetime
) -> tuple[Request | None, list[Right]]:
    """Add the form to the requests in which its children are declined already; return the last and the other children."""
    new = list(rights)
    joined: Request | None = None
    found = session.execute(
        select(DeclineItem.request_id, DeclineItem.entitlement_id)
        .where(
            DeclineItem.entitlement_id.in_([right.entitlement_id for right in rights]),
            DeclineItem.state.in_(("submitted", "awaiting_stop", "accepted")),
        )
        .order_by(DeclineItem.request_id)
    ).all()
    for request_id in dict.fromkeys(id_ for id_, _entitlement in found):
        row = locked(session, request_id)
        if {LATE, NO_ATTORNEY} & set(row.warnings):
            continue  # this form may be the better one
        covered = {entitlement for id_, entitlement in found if id_ == request_id}
        new = [right for right in new if right.entitlement_id not in covered]
        signed = {right.entitlement_id for right in rights if right.ordinal in form.countersigned}
        note_signatures(session, row, signed, actor, now)
        _add_form(session, row, form, actor, now)
        joined = row
    return joined, new


def _add_form(session: Session, row: Request, form: PaperEntry, actor: Actor, now: datetime) -> None:
    if actor.id is None or actor.organization is None:
        raise NotAllowedError(_s("書類を登録できるのは、アカウントのある職員だけです。"))
    paper = PaperForm(
        request_id=row.id, channel=form.channel.value, received_at=form.received_at, postmark_on=form.postmark_on,
        signed_by=form.signed_by, has_letter_of_attorney=form.has_letter_of_attorney, is_clear=form.is_clear,
        scan_id=form.scan_id, entered_by=actor.id, entered_at=now,
        detail={"countersigned": sorted(form.countersigned), "evidence": form.evidence},
    )  # fmt: skip
    session.add(paper)
    session.flush()
    record(
        session, actor, now, "request.paper_added", "request", row.id, household_id=row.household_id, kind=row.kind,
        paper=paper.id, way=form.channel.value,
    )  # fmt: skip
    touch(row, now)
    session.flush()


def _crossed(session: Session, rights: Sequence[Right], form: PaperEntry) -> bool:
    """Tell whether the household took a decline back after this form was sent: then it is no fresh decline."""
    latest = session.scalar(
        select(DeclineItem.changed_at)
        .where(
            DeclineItem.entitlement_id.in_([right.entitlement_id for right in rights]),
            DeclineItem.state == "withdrawn",
        )
        .order_by(DeclineItem.changed_at.desc())
        .limit(1)
    )
    if latest is None:
        return False
    if form.channel is Channel.POST:
        # without a readable postmark it may have been on its way for days
        return form.postmark_on is None or form.postmark_on <= jst_date(latest)
    return form.received_at <= latest


def locked_out_task(session: Session, vault: Vault, receipt_no: str) -> Task:
    """Return the request that somebody left without signing in, about a decline.

    Raises:
        NotFoundError: no such receipt, or it is about something else.
    """
    task = session.scalar(select(Task).where(Task.receipt_no == receipt_no).with_for_update())
    if task is None or details_of(vault, task).get("trouble") != TROUBLE:
        raise NotFoundError(_s("この受付番号の、辞退についての申し込みはありません。"))
    return task
