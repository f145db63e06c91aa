"""One family with a row in every table that may hold something personal of it."""

import os
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Column, CursorResult, select, update
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.states import EscalationState
from portal.domain.foundation.vault import seal_json
from portal.domain.oversight.disposal.household.traces import KEPT, TRACES, WITH_RULES
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import open_household
from portal.domain.tables import metadata
from tests.support.coupons import NOW, VAULT
from tests.support.people import Person

PERSONAL = ("personal", "secret")


class Filling:
    """Adds rows, with anything in the columns that nobody names."""

    def __init__(self, session: Session) -> None:
        self._session = session
        staff = metadata.tables["staff_user"].c.id
        self._somebody = session.scalars(select(staff)).first()

    def add(self, table: str, **given: object) -> int:
        """Add a row; return its key."""
        columns = metadata.tables[table].c
        values = {
            column.name: self._anything(column)
            for column in columns
            if not column.primary_key and not column.nullable and not column.foreign_keys
        }
        for column in columns:
            by_staff = any(one.target_fullname == "staff_user.id" for one in column.foreign_keys)
            if by_staff and not column.nullable:
                values[column.name] = self._somebody
        sealed = {name: os.urandom(24) for name in ("sealed", "note_sealed") if name in columns}
        if "wrapped_key" in columns:
            sealed["wrapped_key"] = VAULT.new_data_key()[1]
        written = metadata.tables[table].insert().values(values | sealed | given)
        made = cast("CursorResult[Any]", self._session.execute(written))
        key = made.inserted_primary_key
        return int(key[0]) if key is not None else 0

    def _anything(self, column: Column[Any]) -> object:
        held = getattr(column.type, "impl_instance", column.type)
        kind = held.python_type
        if kind is int:
            return int.from_bytes(os.urandom(3))
        values: dict[type, object] = {
            bytes: os.urandom(16),
            bool: False,
            dict: [],
            list: [],
            datetime: NOW,
            date: date(2023, 9, 1),
        }
        length = getattr(column.type, "length", None) or 12
        return values[kind] if kind in values else os.urandom(6).hex()[:length]


def fill(session: Session, person: Person) -> None:
    """Let everything happen to a family, and end."""
    home, add = person.household_id, Filling(session).add
    mine = metadata.tables["entitlement"].c.household_id == home
    session.execute(update(metadata.tables["entitlement"]).where(mine).values(state="declined"))
    entitlement = session.scalars(select(metadata.tables["entitlement"].c.id).where(mine)).first()
    add("auth_session", site="resident", owner_id=person.credential_id)
    add("passkey", credential_id=person.credential_id)
    add("household_opening", household_id=home, state="justified")
    add("moved_child", household_id=home, ordinal=7)
    add("hold", household_id=home, state="released", detail={})
    approval = add("approval", subject="print_text", subject_id=home, state="confirmed")
    add("print_text", household_id=home, approval_id=approval)
    add("search_index", household_id=home)
    entry = add("register_entry", kind="disclosure", state="ended")
    add("person_request", entry_id=entry, household_id=home, state="closed", kind="stop")
    add("outbox_message", household_id=home, masked_sealed=os.urandom(20), state="sent")
    add("letter_order", household_id=home, state="cancelled")
    scan = add("scan", household_id=home)
    add("scan_finding", scan_id=scan)
    request = add(
        "request", household_id=home, state="closed", reply_sealed=os.urandom(20), claimed_by=None
    )
    add("paper_form", request_id=request, scan_id=scan)
    add("decline_item", request_id=request, entitlement_id=entitlement)
    add(
        "redelivery",
        request_id=request,
        matches=[{"id": home}],
        elsewhere=os.urandom(20),
        item="letter",
    )
    refused = add("request", household_id=None, state="closed", claimed_by=None)
    leaving = {"from_household_id": home, "entitlement_id": entitlement, "ordinal": 1}
    add("recipient_change", request_id=refused, state="refused", **leaving)
    task = add("task", household_id=home, state="done")
    case_scan = add("scan", household_id=None)
    case = add("fax_case", household_id=home, scan_id=case_scan, state="closed")
    call = add(
        "call_record",
        ended_at=NOW,
        task_id=task,
        fax_case_id=case,
        state="closed",
    )
    add("call_household", call_id=call, household_id=home, relation="mother")
    add("call_verification", call_id=call, household_id=home, asked=[], matched=[])
    add("household_note", household_id=home, call_id=call, topic="general", state="kept")
    add("fax_reply", case_id=case, call_id=call, household_id=home, state="sent")
    add("report_note", report_id=add("monthly_report"), call_id=call)
    _mail(session, home)
    _questions(session, home, call)
    _money(session, home, entitlement)
    _extract(session, home)


def _mail(session: Session, home: int) -> None:
    add = Filling(session).add
    run = add("print_run", state="finished")
    letter = add("letter", household_id=home, print_run_id=run, state="handed_over", kind="advance")
    add("bare_letter", household_id=home, print_run_id=run, state="posted", tracking_no="41")
    ship = add(
        "shipment",
        household_id=home,
        letter_id=letter,
        tracking_no="42",
        state="delivered",
        kind="letter",
    )
    file = add("tracking_file")
    add("tracking_event", file_id=file, shipment_id=ship, tracking_no="42")
    add("tracking_event", file_id=file, tracking_no="41")
    add("dismissed_number", tracking_no="41")
    proof = add("print_proof", print_run_id=run)
    add("print_proof_page", print_proof_id=proof, letter_id=letter)
    receipt = add("scan", household_id=None)
    add(
        "counter_hand_over",
        household_id=home,
        letter_id=letter,
        receipt_scan_id=receipt,
    )


def _questions(session: Session, home: int, call: int) -> None:
    add = Filling(session).add
    closed = EscalationState.CLOSED.value
    about = {"state": closed, "call_id": call}
    asked = add("escalation", household_id=home, receipt_no="Q-1", **about)
    add("sending_pause", household_id=home, escalation_id=asked, state="over")
    key, wrapped = VAULT.new_data_key()
    digest = os.urandom(32)
    rows = [
        {"line": n, "receipt_no": f"Q-{n}", "text": f"answer {n}"}
        | {"instruction_no": "", "instruction_day": ""}
        for n in (1, 2)
    ]
    sheet = add(
        "escalation_sheet",
        digest=digest,
        wrapped_key=wrapped,
        sealed=seal_json(key, rows, f"answer-sheet:{digest.hex()}"),
        state="applied",
    )
    add(
        "escalation_answer",
        escalation_id=asked,
        sheet_id=sheet,
        scan_id=add("scan", household_id=None),
    )


def _money(session: Session, home: int, entitlement: int | None) -> None:
    add = Filling(session).add
    batch = add("coupon_batch")
    coupon = add("coupon", batch_id=batch, entitlement_id=entitlement, used_yen=1_000)
    add("issuer_difference", statement_id=add("issuer_statement"), coupon_id=coupon)
    add(
        "coupon_fault",
        household_id=home,
        entitlement_id=entitlement,
        coupon_id=coupon,
        state="explained",
        used_yen=1_000,
    )


def _extract(session: Session, home: int) -> None:
    """A row of an extract that was rejected, and one of somebody else."""
    household = session.get_one(Household, home)
    number = open_household(
        VAULT.unwrap(household.wrapped_key), household.sealed, household.number_digest
    ).number
    key, wrapped = VAULT.new_data_key()
    extract = Filling(session).add("roster_import", wrapped_key=wrapped, state="applied")
    for record, named in enumerate((number, "another"), 1):
        values = {"household_no": named, "person_no": "", "protected": False}
        Filling(session).add(
            "roster_row",
            import_id=extract,
            record=record,
            sealed=seal_json(key, values, f"row:{record}"),
        )


def personal_values(session: Session, classes: Mapping[str, Mapping[str, str]]) -> set[bytes]:
    """Every ciphertext and digest of people in the tables that a disposal looks at."""
    found: set[bytes] = set()
    for name, classed in classes.items():
        columns = metadata.tables[name].c
        for column in " ".join(classed.get(one, "") for one in PERSONAL).split():
            for value in session.scalars(select(columns[column])):
                if isinstance(value, bytes) and value:
                    found.add(bytes(value))
    return found


def looked_at() -> set[str]:
    """The tables for which somebody decided what becomes of one household's rows."""
    return {one.table.__tablename__ for one in TRACES} | WITH_RULES | set(KEPT)


def children_of(session: Session, home: int) -> int:
    return len(session.scalars(select(Child.id).where(Child.household_id == home)).all())
