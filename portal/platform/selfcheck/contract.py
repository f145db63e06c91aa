"""Is what opened agreed with the ward, and do the stops keep the limit of the contract's year?"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.availability import availability
from portal.domain.oversight.management.agreements import agreements
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject


def check_agreements(subject: Subject) -> Iterator[Finding]:
    """Yield the days and numbers that count, or soon will, without an answer of the ward."""
    with subject.database.read() as session:
        found = agreements(work_of(subject, session))
    due = [one for one in found if one.is_due]
    for one in due:
        make = wrong if one.is_late and subject.settings.in_production else doubtful
        yield make(
            f"agreement-{one.key}",
            _s("%(what)s（%(value)s、仕様書 %(clause)s）: %(standing)s。")
            % {
                "what": one.key.label,
                "value": one.value,
                "clause": one.clause,
                "standing": one.standing.label,
            },
            _s("協議事項で区に尋ね、職員の画面「区と合意した日と日数」で、区の人が記録します。"),
        )
    if not due:
        yield well("agreements", _s("始まる日と保管の日数に、区との合意の漏れはありません。"))


def check_availability(subject: Subject) -> Iterator[Finding]:
    """Yield the parts whose stops used up, or almost, what the contract's year allows."""
    with subject.database.read() as session:
        found = availability(work_of(subject, session))
    for one in found:
        if not one.is_near:
            continue
        make = wrong if one.is_over else doubtful
        yield make(
            f"availability-{one.part}",
            _s("%(part)s: 計画外に止まった時間は%(down)s分。契約の年の限度は%(allowed)s分です。")
            % {
                "part": one.part.label,
                "down": f"{one.unplanned:,}",
                "allowed": f"{one.allowed:,}",
            },
            _s("職員の画面「停止の記録」で確かめ、区に知らせてください。"),
        )


def work_of(subject: Subject, session: Session) -> Work:
    """Return the work of an open transaction, in nobody's name."""
    now = subject.clock.now(session)
    return Work(session, subject.vault, subject.program, SYSTEM, now)
