"""What became of a message after it was handed over: once, late, twice, or before the answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.notices import services
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.queries import failed_since, in_trouble, messages_to
from portal.domain.people.notices.results import DeliveryResult, Outcome, note_result
from portal.domain.people.notices.services import Claim, Failure
from portal.platform.database import Database
from tests.functional.people.notices.support import NOW, VAULT, put, row_of
from tests.support.work import work_in

LATER = NOW + timedelta(minutes=3)


def hand_over(database: Database, provider_id: str = "", key: str = "code:1") -> Claim:
    put(database, key)
    with database.write() as session:
        work = work_in(session, now=NOW, vault=VAULT)
        (claim,) = services.claim_due(work, services.Share(1))
        assert services.mark_sent(work, claim, provider_id)
    return claim


def note(
    database: Database, name: str, outcome: Outcome = Outcome.DELIVERED, reason: str = ""
) -> int | None:
    with database.write() as session:
        work = work_in(session, now=LATER, vault=VAULT)
        return note_result(work, "sms", DeliveryResult(name, outcome, reason))


def failures(database: Database) -> list[AuditEvent]:
    with database.read() as session:
        statement = select(AuditEvent).where(AuditEvent.action == "message.undelivered")
        found = list(session.scalars(statement))
        session.expunge_all()
    return found


@pytest.mark.parametrize("by_our_name", [True, False])
def test_a_delivery_is_recorded_by_our_name_or_the_gateways(
    database: Database, by_our_name: bool
) -> None:
    claim = hand_over(database, "SM-17")
    row = row_of(database)
    assert (row.state, row.reference, row.provider_id) == ("sent", claim.reference, "SM-17")
    assert note(database, claim.reference if by_our_name else "SM-17") == row.id
    row = row_of(database)
    assert (row.state, row.result_at, row.sealed) == ("delivered", LATER, None)


def test_a_failure_has_its_reason_and_is_audited_once(database: Database) -> None:
    claim = hand_over(database)
    for _again in range(3):
        note(database, claim.reference, Outcome.FAILED, "twilio_30003")
    row = row_of(database)
    assert (row.state, row.last_error) == ("undelivered", "twilio_30003")
    (event,) = failures(database)
    assert event.detail == {"kind": "sms", "purpose": "code.sign_in", "reason": "twilio_30003"}
    assert (event.household_id, event.subject_id) == (7, row.id)
    with database.read() as session:
        assert in_trouble(work_in(session, now=LATER, vault=VAULT), 7, "sms")
        assert failed_since(session, NOW) == {"sms": 1}
        assert failed_since(session, LATER + timedelta(days=1)) == {}


def test_a_delivered_message_stays_so_whatever_is_reported_later(database: Database) -> None:
    claim = hand_over(database)
    note(database, claim.reference)
    note(database, claim.reference, Outcome.FAILED, "carrier_late")
    assert row_of(database).state == "delivered"
    assert failures(database) == []


def test_a_delay_changes_no_state_and_shows_why(database: Database) -> None:
    claim = hand_over(database)
    note(database, claim.reference, Outcome.LATE, "dsn_4.4.1")
    assert (row_of(database).state, row_of(database).last_error) == ("sent", "dsn_4.4.1")
    note(database, claim.reference)
    assert (row_of(database).state, row_of(database).last_error) == ("delivered", None)


def test_nobody_reports_about_a_message_that_is_not_ours(database: Database) -> None:
    claim = hand_over(database)
    assert note(database, "0" * 32) is None
    assert note(database, "") is None
    with database.write() as session:
        work = work_in(session, now=LATER, vault=VAULT)
        assert note_result(work, "email", DeliveryResult(claim.reference, Outcome.FAILED)) is None
    assert row_of(database).state == "sent"


def test_a_report_that_comes_before_the_gateways_answer_counts(database: Database) -> None:
    put(database)
    with database.write() as session:
        (claim,) = services.claim_due(work_in(session, now=NOW, vault=VAULT), services.Share(1))
    note(database, claim.reference)
    with database.write() as session:
        assert not services.mark_sent(work_in(session, now=LATER, vault=VAULT), claim, "SM-17")
    assert row_of(database).state == "delivered"


def test_what_arrived_though_no_answer_came_is_not_sent_again(database: Database) -> None:
    """F9 of ``security.md`` §8: the time was over after the gateway had sent the message."""
    put(database)
    with database.write() as session:
        work = work_in(session, now=NOW, vault=VAULT)
        (claim,) = services.claim_due(work, services.Share(1))
        services.mark_failed(work, claim, Failure("timeout"))
    note(database, claim.reference)
    with database.write() as session:
        later = work_in(session, now=NOW + timedelta(minutes=5), vault=VAULT)
        assert services.claim_due(later, services.Share(1)) == []
    assert row_of(database).state == "delivered"


@pytest.mark.asvs("15.3.1")
def test_staff_see_kind_end_of_the_address_state_and_reason_and_nothing_else(
    database: Database,
) -> None:
    claim = hand_over(database)
    put(database, "mail:1", kind="email")
    put(database, "code:2", household_id=8)
    note(database, claim.reference, Outcome.FAILED, "aws_BLOCKED")
    with database.read() as session:
        mail, sms = messages_to(work_in(session, now=LATER, vault=VAULT), 7)
    assert (sms.kind, sms.purpose, sms.masked) == ("sms", "code.sign_in", "***-****-*678")
    assert (sms.state, sms.changed_at, sms.reason) == ("undelivered", LATER, "aws_BLOCKED")
    assert (mail.kind, mail.masked, mail.state) == ("email", "h***@example.jp", "waiting")
    assert "123456" not in f"{sms}{mail}"


def test_a_row_of_the_former_program_gets_its_reference_when_it_is_claimed(
    database: Database,
) -> None:
    put(database)
    with database.write() as session:
        session.execute(update(OutboxMessage).values(reference=None, masked_sealed=None))
    with database.write() as session:
        work = work_in(session, now=NOW, vault=VAULT)
        (claim,) = services.claim_due(work, services.Share(1))
    assert row_of(database).reference == claim.reference
    with database.read() as session:
        (seen,) = messages_to(work_in(session, now=LATER, vault=VAULT), 7)
    assert seen.masked == ""
