"""The extract for a disclosure request: what was done with a family's data, drawn by the ward.

Who asks may be the person from whom another in the family hides. So the extract says what kinds of
things were done and when, never who of the staff did them, and its form tells nothing: the same
columns, kinds and notes, whether or not there are records on protection, on a change of the
recipient, or on an incident. Those are in it only by the ward's decision, and with them everything
of their transactions: that coupons were suspended in the minute in which a protection began would
tell of the protection. So would what is stopped later, as long as it lasts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.counter_channel import PROPOSED, REFUSED, SET
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.chain import Link
from portal.domain.foundation.audit.models import AuditEvent, AuditSeal
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.audit.verifying import Verdict
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import Labeled, _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks.codes import W01_PROTECTED
from portal.domain.mailroom.roster.imports.kinds import Kind
from portal.domain.oversight.auditing.reserved import (
    Reserved,
    lasting,
    protected_periods,
    reserved_subjects,
)
from portal.domain.oversight.reports.sealed_records import printed_hash
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.people.households.looks import VIEWED, names_household
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import household_id_of
from portal.domain.requests.recipients.queries import hidden_from_contractors, is_hidden

DRAWN = "audit.extract_drawn"
STOPS, TAKEN_OUT, RESUMED = (".cancel", ".order_cancelled"), "pull_letter.", "notice.resumed"


class Act(Labeled):
    """The kinds of acts, as coarse as they can be."""

    SIGN_IN = "sign_in", lambda: _s("サインインとアカウント")
    MAIL = "mail", lambda: _s("手紙とお知らせ")
    COUPON = "coupon", lambda: _s("クーポン")
    REQUEST = "request", lambda: _s("申請と依頼")
    CONTACT = "contact", lambda: _s("問い合わせ")
    LOOK = "look", lambda: _s("担当者が記録を見た")
    PROTECTION = "protection", lambda: _s("支援措置")
    RECIPIENTS = "recipients", lambda: _s("支給先の変更")
    INCIDENTS = "incidents", lambda: _s("事故")


_OF_PREFIX: dict[str, Act] = {
    **dict.fromkeys(("signin", "activation", "code", "account", "credential"), Act.SIGN_IN),
    **dict.fromkeys(("letter", "shipment", "notice", "returned_mail", "message"), Act.MAIL),
    **dict.fromkeys(("coupon", "coupon_fault", "entitlement"), Act.COUPON),
    **dict.fromkeys(("request", "decline", "alternative", "redelivery", "parcel"), Act.REQUEST),
    **dict.fromkeys(("call", "call_back", "fax", "escalation", "desk", "task"), Act.CONTACT),
    **dict.fromkeys(("recipient", "recipient_change", "newcomer"), Act.RECIPIENTS),
    **dict.fromkeys(("incident",), Act.INCIDENTS),
    **dict.fromkeys(("protection", "sending_pause"), Act.PROTECTION),
}
_OF_ACTION = {
    **dict.fromkeys(("household.opened", "household.unmasked", "scan.viewed", VIEWED), Act.LOOK),
    **dict.fromkeys(
        ("household.protected", "household.unprotected", "household.protected_asked"),
        Act.PROTECTION,
    ),
    **{
        f"roster.{kind.value}": Act.PROTECTION
        for kind in (Kind.PROTECTION_SET, Kind.PROTECTION_CLEARED)
    },
    **dict.fromkeys((PROPOSED, SET, REFUSED), Act.PROTECTION),
}
_RESERVED_PAGES = {
    "protection": Act.PROTECTION,
    "recipients": Act.RECIPIENTS,
    "counter": Act.RECIPIENTS,
    "counter-channels": Act.PROTECTION,
    "incidents": Act.INCIDENTS,
}


@dataclass(frozen=True, slots=True)
class Order:
    """What the ward decided.

    Attributes:
        household: The ward's number of the family, or its key as ``#123``.
        reserved: What of the reserved kinds stands in the extract.
        decision: The number of the ward's decision.
        protection_considered: Whether the decision speaks of the protection that there is now.
    """

    household: str
    reserved: frozenset[Reserved]
    decision: str
    protection_considered: bool = False


class Line(Struct, frozen=True):
    """One line: when (UTC), what kind of act, and by whom as far as the extract says."""

    at: datetime
    act: Act
    by: str


def draw(work: Work, order: Order, second: int | None, verdict: Verdict) -> Report:
    """Return the extract and record that it was drawn.

    ``verdict`` is the check of the whole chain at this moment, with the heads outside.

    Raises:
        InputError: no such family, or no number of the decision.
        NotAllowedError: the second person is the first.
        ConflictError: the chain is not whole; or the family is under protection and the decision
            does not speak of it.
    """
    _check(work, order, second, verdict)
    key = household_id_of(work, order.household)
    if key is None:
        raise InputError(_s("この番号の世帯は見つかりませんでした。"))
    household = work.session.get_one(Household, key, with_for_update=True)
    if household.protected and not order.protection_considered:
        raise ConflictError(
            _s(
                "この世帯は、いま支援措置の対象です。相談の担当と決めてから、"
                "--protection-considered を付けて、もう一度実行してください。"
            )
        )
    lines = list(_lines(work.session, key, order.reserved, verdict.end.seq))
    record(
        work,
        DRAWN,
        "audit",
        key,
        reserved=sorted(one.value for one in order.reserved),
        decision=order.decision.strip(),
        second=second,
        protected=household.protected,
    )
    return _report(work, lines, verdict.end)


def _check(work: Work, order: Order, second: int | None, verdict: Verdict) -> None:
    if second is None or second == work.actor.id:
        raise NotAllowedError(_s("抄本は、区のふたりで作ります。別の人が確認してください。"))
    if not order.decision.strip():
        raise InputError(_s("区の決定の番号を指定してください。"))
    if not verdict.is_whole:
        raise ConflictError(
            _s("操作の記録が封印と合いません。「portal audit verify」で確かめてください。")
        )


def _lines(
    session: Session, key: int, reserved: Collection[Reserved], up_to: int
) -> Iterator[Line]:
    statement = (
        select(
            AuditEvent.at,
            AuditEvent.action,
            AuditEvent.actor_role,
            AuditEvent.detail,
            AuditEvent.subject,
            AuditEvent.subject_id,
        )
        .join(AuditSeal, AuditSeal.event_id == AuditEvent.id)
        .where(
            or_(AuditEvent.household_id == key, names_household(key)),
            AuditSeal.seq <= up_to,
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    rows = session.execute(statement).all()
    together = _reserved_together(session, key, rows)
    for row in rows:
        act = _act(row)
        if act is not None and together[row.at] <= set(reserved):
            yield Line(row.at, act, _by(row.actor_role))


def _reserved_together(
    session: Session, key: int, rows: Sequence[Any]
) -> Mapping[datetime, set[Reserved]]:
    """Return what is reserved of the transaction of each instant: its events have one time."""
    subjects = reserved_subjects(session, {(row.subject, row.subject_id) for row in rows})
    moving = hidden_from_contractors(session, key)
    found: defaultdict[datetime, set[Reserved]] = defaultdict(set)
    for row in rows:
        act = _act(row)
        itself = Reserved.known(act.value) if act is not None else None
        about = subjects.get((row.subject, row.subject_id))
        found[row.at].update(one for one in (itself, about) if one is not None)
        if is_hidden(moving, row):
            found[row.at].add(Reserved.RECIPIENTS)
    for at in _stopped_for_protection(session, key, rows):
        found[at].add(Reserved.PROTECTION)
    return found


def _stopped_for_protection(session: Session, key: int, rows: Sequence[Any]) -> Iterator[datetime]:
    """Yield the instants at which jobs and people stopped what a protection does not let out.

    They do so long after it began, each for what it has in hand, and the events do not say why.
    """
    periods = protected_periods(session, session.get_one(Household, key))
    stopped: set[tuple[str, int | None]] = set()
    for row in rows:
        act, subject = _act(row), (row.subject, row.subject_id)
        if lasting(periods, row.at) and _is_stop(row, act):
            stopped.add(subject)
            yield row.at
        elif row.action == RESUMED and subject in stopped:
            yield row.at


def _is_stop(row: Any, act: Act | None) -> bool:
    """Return whether an event may be a stop: the program did it by itself, or it takes out."""
    by_itself = row.actor_role == Role.SYSTEM and act in {Act.MAIL, Act.COUPON, Act.SIGN_IN}
    return by_itself or row.action.endswith(STOPS) or row.action.startswith(TAKEN_OUT)


def _act(row: Any) -> Act | None:
    """Return the kind of an event; None for kinds that nobody has sorted, which stay out."""
    if row.action == VIEWED:
        page = str(row.detail.get("page", "")).partition(" ")[2].strip("/").partition("/")[0]
        return _RESERVED_PAGES.get(page, Act.LOOK)
    if row.action.startswith("hold.") and row.detail.get("code") == W01_PROTECTED:
        return Act.PROTECTION
    return _OF_ACTION.get(row.action) or _OF_PREFIX.get(row.action.partition(".")[0])


def _by(role: str) -> str:
    # who of the staff would tell the ward's own cases from those of the contractor
    if role == Role.RESIDENT:
        return _s("ご家族")
    return _s("プログラム") if role == Role.SYSTEM else _s("事業の担当者")


def _report(work: Work, lines: Sequence[Line], end: Link) -> Report:
    names = work.program.names
    with use_locale(SOURCE_LOCALE):
        rows = [(minute_text(line.at), line.act.label, line.by) for line in lines]
        return Report(
            title=_s("操作の記録の抄本"),
            addressee=names.ward.in_language(SOURCE_LOCALE),
            sender=names.contractor.in_language(SOURCE_LOCALE),
            facts=(
                (_s("作った時"), minute_text(work.now)),
                (_s("封印した記録の最後の番号"), str(end.seq)),
                (_s("照合の値（SHA-256）"), printed_hash(end)),
            ),
            tables=(
                ReportTable(
                    _s("記録"),
                    (_s("日時"), _s("種類"), _s("だれが")),
                    rows,
                    empty=_s("記録はありません。"),
                    wide=1,
                ),
            ),
            notes=(
                _s("区が開示すると決めた範囲の記録です。載せない種類の有無は、お答えしません。"),
                _s("同じ画面を続けて見た場合も、1回ごとに載せています。"),
            ),
        )
