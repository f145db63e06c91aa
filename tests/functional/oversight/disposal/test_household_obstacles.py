"""What is open about a household, or could be about it, stands in the way of its disposal."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.cli.context import Context
from portal.cli.oversight.dispose import dispose
from portal.domain.mailroom.incidents.kinds import IncidentKind
from portal.domain.mailroom.incidents.register import Opening, open_incident
from portal.domain.oversight.disposal.household.obstacles import InTheWay, in_the_way
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.tables import metadata
from tests.functional.oversight.disposal.test_household import (
    DECISION,
    NUMBER,
    dispose_of,
    is_there,
    on_sqlite,
)
from tests.support.coupons import NOW
from tests.support.oversight.ended import CLERK, WARD, Ended
from tests.support.oversight.family import Filling
from tests.support.proofs import invoke
from tests.support.work import work_in

__all__ = ["on_sqlite"]
pytestmark = pytest.mark.matrix


def _closed(table: str, **values: object) -> Callable[[Session, int], None]:
    def reopen(session: Session, home: int) -> None:
        rows = metadata.tables[table]
        session.execute(update(rows).where(rows.c.household_id == home).values(values))

    return reopen


def _call(session: Session, _home: int) -> None:
    session.execute(update(metadata.tables["call_record"]).values(ended_at=None))


def _letter(session: Session, home: int) -> None:
    letters = metadata.tables["letter"]
    run = session.scalars(
        select(letters.c.print_run_id).where(letters.c.household_id == home)
    ).first()
    Filling(session).add("print_chunk", print_run_id=run, number=7, built_at=NOW, state="built")
    session.execute(update(letters).where(letters.c.household_id == home).values(chunk_number=7))


def _incident(session: Session, home: int) -> None:
    staff = session.scalars(select(metadata.tables["staff_user"].c.id)).first()
    actor = replace(work_in(session).actor, id=staff)
    incident = open_incident(
        work_in(session, actor), Opening(next(iter(IncidentKind)), NOW, summary="手紙")
    )
    Filling(session).add(
        "incident_subject", incident_id=incident.id, household_id=home, kind="household"
    )


def _coupon(session: Session, home: int) -> None:
    coupons = metadata.tables["coupon"]
    mine = select(Entitlement.id).where(Entitlement.household_id == home)
    session.execute(
        update(coupons).where(coupons.c.entitlement_id.in_(mine)).values(state="revealed")
    )


def _returned(session: Session, home: int) -> None:
    shipments = metadata.tables["shipment"]
    one = session.scalars(select(shipments.c.id).where(shipments.c.household_id == home)).first()
    Filling(session).add("returned_item", shipment_id=one, household_id=home, state="kept")


def _proposal(kind: str, subject: str) -> Callable[[Session, int], None]:
    def propose(session: Session, home: int) -> None:
        of_account = select(Credential.id).where(Credential.household_id == home)
        account = session.scalars(of_account).first()
        add = Filling(session).add
        channel = add("otp_authenticator", credential_id=account, state="proposed")
        keys = {"household": home, "credential": account, "otp_authenticator": channel}
        add(
            "approval",
            kind=kind,
            subject=subject,
            subject_id=keys[subject],
            state="proposed",
            sealed=None,
            detail={},
        )

    return propose


def _entry(kind: RegisterKind, state: str = "waiting") -> Callable[[Session, int], None]:
    def enter(session: Session, _home: int) -> None:
        Filling(session).add("register_entry", kind=kind.value, state=state)

    return enter


def _import(session: Session, _home: int) -> None:
    session.execute(update(metadata.tables["roster_import"]).values(state="staged"))


OPEN: dict[InTheWay, Callable[[Session, int], None]] = {
    InTheWay.CHILDREN: _closed("entitlement", state="in_progress"),
    InTheWay.HOLDS: _closed("hold", state="open"),
    InTheWay.REQUESTS: _closed("request", state="waiting"),
    InTheWay.TASKS: _closed("task", state="open"),
    InTheWay.QUESTIONS: _closed("escalation", state="answered"),
    InTheWay.NOTES: _closed("household_note", topic="general", state="waiting", desk="office"),
    InTheWay.FAXES: _closed("fax_case", state="in_work"),
    InTheWay.CALLS: _call,
    InTheWay.FAULTS: _closed("coupon_fault", state="reported"),
    InTheWay.INCIDENTS: _incident,
    InTheWay.LETTERS: _letter,
    InTheWay.OPENINGS: _closed("household_opening", state="waiting"),
    InTheWay.COUPONS: _coupon,
    InTheWay.RETURNED: _returned,
    InTheWay.PROPOSALS: _proposal("counter_channel", "otp_authenticator"),
    InTheWay.DISPOSAL: _proposal("household_disposal", "household"),
    InTheWay.DISCLOSURES: _entry(RegisterKind.DISCLOSURE),
    InTheWay.DEFECTS: _entry(RegisterKind.DEFECT),
    InTheWay.IMPORTS: _import,
}
ALSO: Sequence[tuple[InTheWay, Callable[[Session, int], None]]] = (
    (InTheWay.PROPOSALS, _proposal("channel_change", "credential")),
    (InTheWay.PROPOSALS, _proposal("print_text", "household")),
    (InTheWay.DEFECTS, _entry(RegisterKind.DEFECT, "rejected")),
)


def test_what_is_open_about_it_is_in_the_way(on_sqlite: Ended) -> None:
    ended, home = on_sqlite, on_sqlite.last.household_id
    assert set(OPEN) == set(InTheWay)
    with ended.database.write() as session:
        assert in_the_way(session, home) == {}
        for one, reopen in (*OPEN.items(), *ALSO):
            with session.begin_nested() as tried:
                reopen(session, home)
                assert set(in_the_way(session, home)) == {one}
                tried.rollback()
        with session.begin_nested() as tried:  # it belongs to no household until it is decided
            changes = select(metadata.tables["recipient_change"].c.request_id)
            requests = metadata.tables["request"]
            session.execute(
                update(requests).where(requests.c.id.in_(changes)).values(state="waiting")
            )
            assert set(in_the_way(session, home)) == {InTheWay.REQUESTS}
            tried.rollback()
        OPEN[InTheWay.TASKS](session, home)
    refused = dispose_of(ended)
    assert (refused.exit_code, "用件が1件" in refused.output) == (1, True)
    assert is_there(ended)


def test_papers_that_nobody_has_looked_at_stop_it(on_sqlite: Ended) -> None:
    ended = on_sqlite
    context = Context(ended.settings)
    decided = ("--decision", DECISION, "--decided-on", "2023-08-01")
    people = ("--by", CLERK, "--confirmed-by", WARD)
    refused = invoke(dispose, ["household", "run", "--number", NUMBER, *decided, *people], context)
    context.database().engine.dispose()
    assert (refused.exit_code, "紙と媒体" in refused.output) == (1, True)
    assert is_there(ended)
