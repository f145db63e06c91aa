"""What the certificate will say, taken down while it can still be read."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.base import Base
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.disposal.attested import Attested
from portal.domain.oversight.disposal.obstacles import companies
from portal.domain.oversight.disposal.sums import remaining
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.queries import entries
from portal.domain.oversight.registers.states import EntryState
from portal.domain.oversight.settlement.closing import closed
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.households.models import Child, Household
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.queries import staff_user
from portal.domain.requests.requests.models import Request, Scan

RECEIPTS = (
    RegisterKind.DELIVERABLE,
    RegisterKind.ORIGINALS,
    RegisterKind.LETTERS,
    RegisterKind.COMPLETION,
    RegisterKind.SUB_DISPOSAL,
)
COUNTED: Mapping[str, type[Base]] = {
    "households": Household,
    "children": Child,
    "letters": Letter,
    "requests": Request,
    "scans": Scan,
    "sessions": AuthSession,
    "accounts": StaffUser,
    "events": AuditEvent,
}


class Holdings(Struct, frozen=True):
    """What the machine has, which only ``platform.disposing`` can look at.

    Attributes:
        keys: A digest of each key, by the name of its file.
        rows: The rows of each table that will be emptied.
        files: How many files of the data folder go.
        papers: The numbers of the printings of the keys.
        heads_key: The public key that signed heads of the audit chain, in hex; "" for none.
    """

    keys: Mapping[str, str]
    rows: Mapping[str, int]
    files: int
    papers: tuple[str, ...]
    heads_key: str


def preview(work: Work, holdings: Holdings) -> dict[str, Any]:
    """Return what would go and what would stay, as plain values."""
    settlement = closed(work.session)
    return {
        "program": work.program.name,
        "contract_ends": work.program.contract.last_day.isoformat(),
        "counts": {
            name: work.session.scalar(select(func.count()).select_from(kind)) or 0
            for name, kind in COUNTED.items()
        },
        "rows": dict(holdings.rows),
        "files": holdings.files,
        "keys": dict(holdings.keys),
        "papers": list(holdings.papers),
        "heads_key": holdings.heads_key,
        "copies": [
            copy_values(row) for row in work.session.scalars(select(DataCopy).order_by(DataCopy.id))
        ],
        "companies": companies(work.session),
        "receipts": _receipts(work),
        "settlement": None
        if settlement is None
        else remaining(settlement.figures)
        | {
            "closed_on": jst_date(settlement.closed_at).isoformat(),
            "checksum": settlement.checksum,
            "signature": settlement.signature.hex(),
            "public_key": settlement.public_key.hex(),
        },
    }


def attesting(
    work: Work, actors: tuple[Actor, Actor], given: tuple[Attested, ...]
) -> dict[str, Any]:
    """Return who attests what, for the certificate."""
    people = [staff_user(work.session, actor.id) for actor in actors]
    return {
        "people": [
            {"name": person.display_name, "organization": person.organization}
            for person in people
            if person is not None
        ],
        "attested": [one.value for one in given],
    }


def copy_values(row: DataCopy) -> dict[str, Any]:
    """Return a numbered copy as plain values."""
    return {
        "number": row.id,
        "kind": row.kind,
        "place": row.place,
        "owner": row.owner,
        "made_on": jst_date(row.made_at).isoformat(),
        "until": row.until.isoformat(),
        "state": row.state,
    }


def _receipts(work: Work) -> list[dict[str, str]]:
    return [
        {
            "kind": one.kind.value,
            "about": one.party,
            "number": one.number,
            "decision": one.decision_no,
            "on": one.decision_on.isoformat() if one.decision_on else "",
        }
        for one in entries(work)
        if one.kind in RECEIPTS and one.state is EntryState.CONFIRMED
    ]
