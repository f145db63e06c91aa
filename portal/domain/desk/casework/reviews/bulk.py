"""Accepting many requests at once: only plain ones, each by the rules of its kind.

Every one that is left out comes with the reason.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import select

from portal.domain.desk.casework.reviews.offers import offered
from portal.domain.foundation.errors import DomainError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.requests.deciders import proposal_of
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import ACCEPTING, Decided
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import REQUEST

LIMIT = 50


class LeftOut(Struct, frozen=True):
    """A chosen request that cannot be accepted, and why."""

    request_id: int
    receipt_no: str
    why: str


class Plan(Struct, frozen=True):
    """The effect of a bulk accept: the requests (with their versions), and those left out."""

    takes: Sequence[Request]
    left_out: Sequence[LeftOut]

    @property
    def children(self) -> int:
        """The number of children of the requests that would be accepted."""
        return sum(row.children for row in self.takes)

    @property
    def amount_yen(self) -> int:
        """The yen of the requests that would be accepted."""
        return sum(row.amount_yen for row in self.takes)


def _why_not(work: Work, row: Request) -> str:
    if row.state != REQUEST.initial:
        return _s("もう決まっています")
    if row.warned:
        return _s("注意があるので、1件ずつ確かめてください")
    if row.kind in work.program.requests.four_eyes:
        return _s("2人で決める種類です")
    if row.entered_by is not None and row.entered_by == work.actor.id:
        return _s("自分が入力した申請です")
    if (
        row.claimed_by not in {None, work.actor.id}
        and row.claimed_until is not None
        and row.claimed_until > work.now
    ):
        return _s("ほかの人が審査中です")
    if proposal_of(work.session, row.id) is not None:
        return _s("2人で決める申請です。1件ずつ開いてください")
    if row.household_id is not None and open_holds(work.session, row.household_id):
        return _s("世帯が保留中です")
    if not any(code in ACCEPTING for code in offered(work, row)):
        return _s("いまは承認できません。1件ずつ確かめてください")
    return ""


def plan(work: Work, request_ids: Iterable[int]) -> Plan:
    """Return what a bulk accept of the chosen requests would do, without changing anything.

    The caller has filtered out what the reader may not know of.
    """
    wanted = sorted(set(request_ids))[:LIMIT]
    rows = work.session.scalars(
        select(Request).where(Request.id.in_(wanted)).order_by(Request.id)
    ).all()
    reasons = {row.id: _why_not(work, row) for row in rows}
    return Plan(
        [row for row in rows if not reasons[row.id]],
        [LeftOut(row.id, row.receipt_no, reasons[row.id]) for row in rows if reasons[row.id]],
    )


def accept_all(work: Work, versions: Iterable[tuple[int, int]]) -> tuple[list[int], list[LeftOut]]:
    """Accept requests by (id, version), each in its own savepoint.

    Returns the accepted ids, and the refused ones.
    """
    accepted: list[int] = []
    refused: list[LeftOut] = []
    for request_id, version in sorted(versions)[:LIMIT]:
        row = work.session.get(Request, request_id)
        if row is None:
            continue
        if why := _why_not(work, row):
            refused.append(LeftOut(request_id, row.receipt_no, why))
            continue
        kind = kind_of(row.kind)
        accepting = Decided(next(action for action in kind.decisions if action in ACCEPTING))
        try:
            with work.session.begin_nested():
                decided = decide(work, kind, request_id, version, accepting)
                if decided.state == REQUEST.initial:
                    raise NotAllowedError(_s("2人で決める申請です。1件ずつ開いてください"))
        except DomainError as error:
            refused.append(LeftOut(request_id, row.receipt_no, error.message))
        else:
            accepted.append(request_id)
    return accepted, refused
