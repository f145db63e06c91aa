"""Add subjects to an incident: letters, codes and households.

Letters and codes are added by number, by print run or batch, or for the listed households.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import InputError, NotAllowedError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded, without_separators
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.letters.states import LIVE as LIVING_LETTERS
from portal.domain.mailroom.incidents.kinds import FoundBy, SubjectKind
from portal.domain.mailroom.incidents.models import Incident, IncidentSubject
from portal.domain.mailroom.incidents.register import locked, record_step
from portal.domain.mailroom.incidents.states import IncidentState
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealed import management_digest
from portal.domain.people.coupons.states import LIVE
from portal.domain.people.entitlements.models import Entitlement

MOST_TYPED = 500
Typed = TypeVar("Typed", str, bytes)
Found = tuple[int, int | None]
"""The key of a letter, coupon or household, and the household's key (None for a code in stock)."""


class Added(Struct, frozen=True):
    """Subjects of one kind that are added to an incident together, and how they were found."""

    kind: SubjectKind
    found_by: FoundBy
    found: Sequence[Found]


def add_letters(work: Work, incident_id: int, typed: str) -> int:
    """Add letters by their numbers, one a line, and return how many are new.

    Raises:
        InputError: a line is the number of no letter; none is added (code ``numbers``).
        NotFoundError, WrongStateError: as ``open_and_locked``.
    """
    numbers = [without_separators(line).upper() for line in _lines(typed)]
    rows = work.session.execute(
        select(Letter.number, Letter.id, Letter.household_id).where(Letter.number.in_(numbers))
    )
    found: dict[str, Found] = {number: (key, household) for number, key, household in rows}
    _all_known(numbers, found)
    return _add(
        work,
        incident_id,
        Added(SubjectKind.LETTER, FoundBy.TYPED, [found[number] for number in numbers]),
    )


def add_codes(work: Work, incident_id: int, typed: str) -> int:
    """Add codes by the issuer's management numbers, one a line. Raises as ``add_letters``."""
    digests = [management_digest(work.vault, folded(line)) for line in _lines(typed)]
    rows = work.session.execute(
        select(Coupon.management_digest, Coupon.id, Entitlement.household_id)
        .outerjoin(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(Coupon.management_digest.in_(digests))
    )
    found: dict[bytes, Found] = {digest: (key, household) for digest, key, household in rows}
    _all_known(digests, found)
    return _add(
        work,
        incident_id,
        Added(SubjectKind.COUPON, FoundBy.TYPED, [found[digest] for digest in digests]),
    )


def _lines(typed: str) -> list[str]:
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if not 0 < len(lines) <= MOST_TYPED:
        raise InputError(
            _s("番号を1行にひとつずつ、%(most)s行までで入力してください。") % {"most": MOST_TYPED},
            code="numbers",
        )
    return lines


def _all_known(wanted: Sequence[Typed], found: Mapping[Typed, Found]) -> None:
    unknown = [str(place) for place, one in enumerate(wanted, 1) if one not in found]
    if unknown:
        raise InputError(
            _s("見つからない番号があります（%(lines)s行目）。何も加えていません。")
            % {"lines": "、".join(unknown[:10])},
            code="numbers",
        )


def add_run(work: Work, incident_id: int, print_run_id: int) -> int:
    """Add every letter of a print run.

    Raises InputError (no such run, code ``run``) and as ``open_and_locked``.
    """
    if work.session.get(PrintRun, print_run_id) is None:
        raise InputError(_s("この番号の印刷はありません。"), code="run")
    rows = work.session.execute(
        select(Letter.id, Letter.household_id).where(Letter.print_run_id == print_run_id)
    )
    return _add(
        work,
        incident_id,
        Added(SubjectKind.LETTER, FoundBy.RUN, [(key, household) for key, household in rows]),
    )


def add_batch(work: Work, incident_id: int, order_ref: str) -> int:
    """Add every live code of a batch.

    Raises InputError (no such batch, code ``batch``) and as ``open_and_locked``.
    """
    batch = work.session.scalar(
        select(CouponBatch.id).where(CouponBatch.order_ref == folded(order_ref))
    )
    if batch is None:
        raise InputError(_s("この注文番号のクーポンはありません。"), code="batch")
    rows = work.session.execute(
        select(Coupon.id, Entitlement.household_id)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(Coupon.batch_id == batch, Coupon.state.in_(LIVE))
    )
    return _add(
        work,
        incident_id,
        Added(SubjectKind.COUPON, FoundBy.BATCH, [(key, household) for key, household in rows]),
    )


def add_households(work: Work, incident_id: int, household_ids: Iterable[int]) -> int:
    """Add households that were found in the audit log. Raises as ``open_and_locked``."""
    return _add(
        work,
        incident_id,
        Added(SubjectKind.HOUSEHOLD, FoundBy.LOG, [(key, key) for key in household_ids]),
    )


def add_theirs(work: Work, incident_id: int, kind: str) -> int:
    """Add the valid letters, or the live codes, of the incident's households.

    Raises:
        NotAllowedError: the incident has no household yet (code ``theirs``).
        NotFoundError, WrongStateError: as ``open_and_locked``.
    """
    listed = select(IncidentSubject.subject_id).where(
        IncidentSubject.incident_id == incident_id, IncidentSubject.kind == SubjectKind.HOUSEHOLD
    )
    if work.session.scalar(listed.limit(1)) is None:
        raise NotAllowedError(_s("先に、記録から世帯をさがして加えてください。"), code="theirs")
    if kind == SubjectKind.LETTER:
        rows = work.session.execute(
            select(Letter.id, Letter.household_id).where(
                Letter.household_id.in_(listed), Letter.state.in_(LIVING_LETTERS)
            )
        ).all()
    else:
        rows = work.session.execute(
            select(Coupon.id, Entitlement.household_id)
            .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
            .where(Entitlement.household_id.in_(listed), Coupon.state.in_(LIVE))
        ).all()
    found = [(key, household) for key, household in rows]
    what = SubjectKind.LETTER if kind == SubjectKind.LETTER else SubjectKind.COUPON
    return _add(work, incident_id, Added(what, FoundBy.LOG, found))


def open_and_locked(session: Session, incident_id: int) -> Incident:
    """Return an incident that is not closed, locked to the end of the transaction.

    Raises:
        NotFoundError: no incident has this key.
        WrongStateError: it is closed.
    """
    row = locked(session, incident_id)
    if row.state == IncidentState.CLOSED:
        raise WrongStateError(_s("この事故は終わっています。加えるときは、先に再開してください。"))
    return row


def _add(work: Work, incident_id: int, added: Added) -> int:
    row = open_and_locked(work.session, incident_id)
    known = set(
        work.session.scalars(
            select(IncidentSubject.subject_id).where(
                IncidentSubject.incident_id == row.id, IncidentSubject.kind == added.kind
            )
        )
    )
    fresh = {key: household for key, household in added.found if key not in known}
    if fresh:
        work.session.execute(
            insert(IncidentSubject),
            [
                {
                    "incident_id": row.id,
                    "kind": added.kind,
                    "subject_id": key,
                    "household_id": household,
                    "found_by": added.found_by,
                    "added_at": work.now,
                }
                for key, household in fresh.items()
            ],
        )
    row.changed_at = work.now
    record_step(
        work, row, "subjects_added", what=added.kind, found_by=added.found_by, count=len(fresh)
    )
    return len(fresh)
