"""Records of a household, each as work that waits or as work that ended long ago."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.desk.openings.records import Record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.vault import seal
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.incidents.models import Incident, IncidentSubject
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.people.coupons.models import (
    Coupon,
    CouponBatch,
    IssuerStatement,
    StatementDifference,
)
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Hold
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Scan
from tests.support.coupons import VAULT
from tests.support.staff import StaffSite

ASKS = "理由を記録して開く"
"""The button of the page that asks for a reason."""
LONG_AGO = timedelta(days=40)
SEALED = {"wrapped_key": b"k", "sealed": b"s"}


class Records:
    """Adds records; ``by`` is the member of the staff who is named in them."""

    def __init__(self, staff: StaffSite, household_id: int, by: int) -> None:
        self.staff, self.household_id, self.by = staff, household_id, by

    def add(self, record: Record, *, ended: bool = False) -> int:
        """Add a record that waits, or that ended; return its key."""
        make: Mapping[Record, Callable[[Session, bool], Any]] = {
            Record.TASK: self._task,
            Record.HOLD: self._hold,
            Record.ESCALATION: self._escalation,
            Record.FAX: self._fax,
            Record.CALL: self._call,
            Record.SCAN: self._scan,
            Record.LETTER: self._letter,
            Record.RETURN: self._return,
            Record.MAIL: self._mail,
            Record.NOTICE: self._notice,
            Record.DIFFERENCE: self._difference,
            Record.INCIDENT: self._incident,
        }
        with self.staff.database.write() as session:
            row = make[record](session, ended)
            session.flush()
            return int(row.id)

    def _at(self, ended: bool) -> Any:
        return self.staff.now - LONG_AGO if ended else self.staff.now - timedelta(minutes=1)

    def _put(self, session: Session, row: Any) -> Any:
        session.add(row)
        session.flush()
        return row

    def _task(self, session: Session, ended: bool) -> Any:
        at = self._at(ended)
        row = Task(kind="new_letter", receipt_no=_no("T"), created_at=at)
        row.household_id = self.household_id
        row.state, row.done_at = ("done", at) if ended else ("open", None)
        return self._put(session, row)

    def _hold(self, session: Session, ended: bool) -> Any:
        row = Hold(
            household_id=self.household_id, code="W06_INSTITUTION", created_at=self._at(True)
        )
        if ended:
            row.state, row.released_at = "released", self._at(True)
        return self._put(session, row)

    def _escalation(self, session: Session, ended: bool) -> Any:
        at = self._at(ended)
        row = Escalation(
            receipt_no=_no("E"),
            kind="other",
            state="closed" if ended else "answered",
            household_id=self.household_id,
            raised_by=self.by,
            raised_at=at,
            due_on=jst_date(at),
            ended_at=at if ended else None,
            **SEALED,
        )
        return self._put(session, row)

    def _scan(self, session: Session, ended: bool) -> Any:
        digest = _no("S").encode().ljust(32, b".")
        key, wrapped = VAULT.new_data_key()
        row = Scan(
            household_id=self.household_id,
            media_type="image/png",
            size=1,
            digest=digest,
            stored_by=self.by,
            stored_at=self._at(ended),
            wrapped_key=wrapped,
            sealed=seal(key, b"x", b"scan:" + digest),
        )
        return self._put(session, row)

    def _fax(self, session: Session, ended: bool) -> Any:
        scan, at = self._scan(session, ended), self._at(ended)
        row = FaxCase(
            receipt_no=_no("F"),
            state="answered" if ended else "in_work",
            language="ja",
            received_at=at,
            day=jst_date(at),
            due_on=jst_date(at),
            scan_id=scan.id,
            digest=scan.digest,
            pages=1,
            household_id=self.household_id,
            entered_by=self.by,
            entered_at=at,
            closed_at=at if ended else None,
            **SEALED,
        )
        return self._put(session, row)

    def _call(self, session: Session, ended: bool) -> Any:
        at = self._at(ended)
        row = Call(
            receipt_no=_no("C"),
            agent_id=self.by,
            state="ended" if ended else "talking",
            channel="phone",
            direction="inbound",
            language="ja",
            day=jst_date(at),
            started_at=at,
        )
        self._put(session, row)
        self._put(
            session, CallHousehold(call_id=row.id, household_id=self.household_id, opened_at=at)
        )
        return row

    def _letter(self, session: Session, ended: bool) -> Any:
        now = self.staff.now
        run = self._put(
            session,
            PrintRun(
                kind="credential",
                state="finished",
                planned=1,
                children=1,
                total_yen=1,
                folder="f",
                notice_date=now.date(),
                created_at=now,
            ),
        )
        row = Letter(
            number=_no("L"),
            household_id=self.household_id,
            kind="credential",
            state="handed_over" if ended else "printed",
            counter=True,
            print_run_id=run.id,
            chunk_number=1,
            children=1,
            amount_yen=1,
            created_at=now,
        )
        return self._put(session, row)

    def _return(self, session: Session, ended: bool) -> Any:
        at = self._at(ended)
        shipment = self._put(
            session,
            Shipment(kind="parcel", household_id=self.household_id, created_at=at, changed_at=at),
        )
        row = ReturnedItem(
            shipment_id=shipment.id,
            household_id=self.household_id,
            state="with_ward" if ended else "kept",
            reason="absent",
            action="keep",
            box="A1",
            received_on=jst_date(at),
            keep_until=jst_date(at),
            created_at=at,
            changed_at=at,
        )
        return self._put(session, row)

    def _mail(self, session: Session, ended: bool) -> Any:
        letter = self._letter(session, ended=False)
        row = Shipment(
            kind="letter",
            letter_id=letter.id,
            household_id=self.household_id,
            state="delivered" if ended else "returned",
            created_at=self._at(ended),
            changed_at=self._at(ended),
        )
        return self._put(session, row)

    def _notice(self, session: Session, ended: bool) -> Any:
        row = Announcement(
            household_id=self.household_id,
            event="decided",
            dedupe_key=_no("N"),
            medium="card",
            state="printed" if ended else "stopped",
            created_at=self._at(ended),
            changed_at=self._at(ended),
        )
        return self._put(session, row)

    def _difference(self, session: Session, ended: bool) -> Any:
        at = self._at(ended)
        statement = IssuerStatement(
            profile="sandbox",
            as_of=jst_date(at),
            file_sha256=_no("D"),
            rows=1,
            used_yen=0,
            imported_at=at,
        )
        row = StatementDifference(
            statement_id=self._put(session, statement).id,
            coupon_id=self._coupon(session).id,
            line=1,
            kind="used_yen",
            state="settled" if ended else "open",
            settled_at=at if ended else None,
        )
        return self._put(session, row)

    def _coupon(self, session: Session) -> Any:
        now, number = self.staff.now, _no("B")
        batch = CouponBatch(
            profile="sandbox",
            order_ref=number,
            file_sha256=number,
            count=1,
            total_yen=1,
            stop="code",
            exchange_end=now,
            use_end=now,
            wrapped_key=b"k",
            loaded_at=now,
        )
        child = select(Entitlement.id).where(Entitlement.household_id == self.household_id)
        row = Coupon(
            batch_id=self._put(session, batch).id,
            management_digest=number.encode(),
            code_digest=number.encode(),
            sealed=b"s",
            qr_sealed=b"s",
            face_yen=1,
            state="revealed",
            entitlement_id=session.scalars(child.limit(1)).one(),
            changed_at=now,
        )
        return self._put(session, row)

    def _incident(self, session: Session, ended: bool) -> Any:
        at = self._at(ended)
        row = Incident(
            number=_no("I"),
            kind="leak",
            state="closed" if ended else "open",
            known_at=at,
            opened_by=self.by,
            opened_at=at,
            changed_at=at,
            **SEALED,
        )
        self._put(session, row)
        self._put(
            session,
            IncidentSubject(
                incident_id=row.id,
                kind="household",
                subject_id=self.household_id,
                household_id=self.household_id,
                found_by="typed",
                added_at=at,
            ),
        )
        return row


_numbers = iter(range(1000, 10_000))


def _no(letter: str) -> str:
    return f"{letter}{next(_numbers)}-{letter}"
