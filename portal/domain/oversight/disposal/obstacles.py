"""What still has to be done before the data may go: receipts of the ward, and what is open."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.transfers.queries import open_count
from portal.domain.foundation.work import Work
from portal.domain.letters.subcontractors.models import SentFile
from portal.domain.letters.subcontractors.queries import subcontractors
from portal.domain.mailroom.incidents.models import Incident
from portal.domain.mailroom.incidents.states import IncidentState
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.queries import Entry, entries, open_entries
from portal.domain.oversight.registers.states import EntryState
from portal.domain.oversight.settlement.models import Settlement
from portal.domain.people.households.models import Hold
from portal.domain.people.households.states import HoldState


class Obstacle(Labeled):
    """What stands in the way of the disposal, and what to do; ``%(n)d`` is the number of cases."""

    SETTLEMENT = "settlement", lambda: _s("清算を、区がまだ受け取っていません（締めていません）。")
    DELIVERABLES = (
        "deliverables",
        lambda: _s("納品物を、区がまだ受領していません（台帳「納品物」で%(n)d件）。"),
    )
    ORIGINALS = (
        "originals",
        lambda: _s("原本を、区がまだ受領していません（台帳「原本の引き渡し」で%(n)d件）。"),
    )
    LETTERS = (
        "letters",
        lambda: _s(
            "残った手紙を、区がまだ受領していません（台帳「残った手紙の引き渡し」で%(n)d件）。"
        ),
    )
    SUBCONTRACTORS = (
        "subcontractors",
        lambda: _s("ファイルを渡した再委託先の廃棄証明書が、%(n)d社、足りません。"),
    )
    INCIDENTS = "incidents", lambda: _s("終わっていない事故が%(n)d件あります。")
    REQUESTS = (
        "requests",
        lambda: _s("開示・訂正・利用停止の請求で、終わっていないものが%(n)d件あります。"),
    )
    DEFECTS = (
        "defects",
        lambda: _s(
            "終わっていない契約不適合の申し出が%(n)d件あります（台帳「検査と契約不適合」）。"
        ),
    )
    HOLDS = "holds", lambda: _s("解いていない保留が%(n)d件あります。")
    TRANSFERS = "transfers", lambda: _s("終わっていないファイルの受け渡しが%(n)d件あります。")

    def sentence(self, count: int) -> str:
        """Return the sentence for a number of cases."""
        return self.label % {"n": count}


RECEIPTS: Mapping[RegisterKind, Obstacle] = {
    RegisterKind.DELIVERABLE: Obstacle.DELIVERABLES,
    RegisterKind.ORIGINALS: Obstacle.ORIGINALS,
    RegisterKind.LETTERS: Obstacle.LETTERS,
}
"""What the ward receipts in a register: at least one entry of each, and none that waits."""


def obstacles(work: Work) -> Mapping[Obstacle, int]:
    """Return everything that stands in the way now, with its cases."""
    found = entries(work)
    waiting = Counter(one.kind for one in found if one.state is EntryState.WAITING)
    confirmed = {one.kind for one in found if one.state is EntryState.CONFIRMED}
    counts = {
        Obstacle.SETTLEMENT: int(not _count(work.session, Settlement.id.is_not(None))),
        Obstacle.SUBCONTRACTORS: len(without_certificate(work, found)),
        Obstacle.INCIDENTS: _count(work.session, Incident.state != IncidentState.CLOSED),
        Obstacle.REQUESTS: waiting[RegisterKind.DISCLOSURE],
        Obstacle.DEFECTS: open_entries(work.session, RegisterKind.DEFECT),
        Obstacle.HOLDS: _count(work.session, Hold.state == HoldState.OPEN),
        Obstacle.TRANSFERS: open_count(work.session).count,
    }
    for kind, obstacle in RECEIPTS.items():
        counts[obstacle] = waiting[kind] or int(kind not in confirmed)
    return {one: counts[one] for one in Obstacle if counts[one]}


def sentences(in_the_way: Mapping[Obstacle, int]) -> list[str]:
    """Return what stands in the way, one sentence each."""
    return [one.sentence(count) for one, count in in_the_way.items()]


def without_certificate(work: Work, found: list[Entry]) -> list[str]:
    """Return the companies that were sent files, and of which the ward has no certificate yet."""
    certified = {
        one.party.strip()
        for one in found
        if one.kind is RegisterKind.SUB_DISPOSAL and one.state is EntryState.CONFIRMED
    }
    return [name for name in companies(work.session) if name not in certified]


def companies(session: Session) -> list[str]:
    """Return the names of the subcontractors that were sent any file, and of those below them.

    Whoever works for such a company with the ward's consent had it from there (再々委託).
    """
    had = set(session.scalars(select(SentFile.subcontractor_id)))
    rows = subcontractors(session)
    for row in rows:  # a company has a greater key than the one above it
        if row.parent_id in had and row.consent_no is not None:
            had.add(row.id)
    return sorted({row.name for row in rows if row.id in had})


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0
