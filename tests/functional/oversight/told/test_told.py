"""A ward that is told: proved addresses, a digest a day, alerts once, no word about a family."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from portal.domain.contacts.hours import services as hours
from portal.domain.contacts.site_texts import services as site_texts
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.approvals.services import propose
from portal.domain.foundation.errors import (
    DomainError,
    InputError,
    NotAllowedError,
    ThrottledError,
    WrongStateError,
)
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.calendar import Hours
from portal.domain.mailroom.incidents import register
from portal.domain.mailroom.incidents.register import Opening
from portal.domain.oversight.told import mailboxes
from portal.domain.oversight.told.models import StaffMailbox
from portal.domain.oversight.told.states import MAILBOX, MailboxState
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.queries import latest_opened
from portal.domain.people.notices.results import DeliveryResult, Outcome, note_result
from portal.domain.people.staff.models import StaffUser
from portal.platform.senders.smtp import SmtpSender
from tests.functional.people.notices.sender_support import MAIL_FROM, Workers, workers
from tests.support.coupons import VAULT
from tests.support.people import CANARY_NAME, CANARY_TOWN, add_household
from tests.support.programs.mail import SmtpSink
from tests.support.programs.servers import until
from tests.support.resident import Visitor
from tests.support.staff import ROLES, Colleague, StaffSite
from tests.support.work import work_in
from tests.support.worker import run_job

__all__ = ["workers"]
MORNING = datetime(2023, 8, 14, 0, 30, tzinfo=UTC)  # a Monday, 9:30 in Japan
NIGHT = datetime(2023, 8, 14, 14, 0, tzinfo=UTC)
HOLIDAY = datetime(2023, 8, 11, 2, 0, tzinfo=UTC)  # 山の日
ADDRESS, DOMAIN = "hanako@city.shiokaze.example", "city.shiokaze.example"


@dataclass
class Ward:
    """A ward officer with an address, on a site whose clock moves."""

    staff: StaffSite
    officer: Colleague
    visitor: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.visitor = self.staff.enter(self.officer)

    @property
    def actor(self) -> Actor:
        """The officer as an acting party."""
        return Actor(self.officer.role, self.officer.id, ROLES[self.officer.role])

    def ask(self, address: str = ADDRESS) -> str:
        """Enter an address; return the code that is mailed there."""
        with self.staff.database.write() as session:
            work = work_in(session, self.actor, self.staff.now, program=self.staff.site.program)
            mailboxes.ask(work, session.get_one(StaffUser, self.officer.id), address)
        return self.codes()[0]

    def codes(self) -> list[str]:
        """All codes in the outbox, the newest first."""
        found = [re.search(r"\b(\d{6})\b", body) for body in self.bodies("staff.code")]
        return [match[1] for match in found if match]

    def prove(self, code: str) -> bool:
        """Enter a code."""
        with self.staff.database.write() as session:
            work = work_in(session, self.actor, self.staff.now, program=self.staff.site.program)
            return mailboxes.prove(work, session.get_one(StaffUser, self.officer.id), code)

    def state(self) -> str:
        """The state of the mailbox."""
        with self.staff.database.read() as session:
            return session.scalars(select(StaffMailbox)).one().state

    def tell(self, at: datetime) -> None:
        """What the worker does at an instant, twice."""
        self.staff.clock.instant = at
        for _ in range(2):
            run_job(self.staff.site.work_source(), JobName.TELL)

    def bodies(self, purpose: str) -> list[str]:
        """The texts of mail of a purpose that are in the outbox, the newest first."""
        with self.staff.database.read() as session:
            opened = latest_opened(work_in(session, now=self.staff.now))
            return [one.body for one in opened if one.purpose == purpose]

    def incident(self, at: datetime) -> None:
        """Somebody opens an incident."""
        with self.staff.database.write() as session:
            work = work_in(session, self.actor, at, program=self.staff.site.program)
            register.open_incident(work, Opening("lost_letters", at, summary="袋がない。"))


@pytest.fixture
def ward(staff: StaffSite) -> Ward:
    """On both databases; the address is proved."""
    staff.clock.instant = MORNING - timedelta(hours=1)
    made = Ward(staff, staff.hire(Role.WARD_OFFICER))
    assert made.prove(made.ask())
    return made


@pytest.fixture
def new(sqlite_staff: StaffSite) -> Ward:
    """Without an address yet."""
    sqlite_staff.clock.instant = MORNING
    return Ward(sqlite_staff, sqlite_staff.hire(Role.WARD_OFFICER))


@pytest.mark.parametrize(
    "address",
    ["", "x", f"x@evil-{DOMAIN}", f"x@{DOMAIN}.evil.example", "x@gmail.com", f"x@sub.{DOMAIN}"],
)
def test_only_an_address_of_the_organizations_domain_is_taken(new: Ward, address: str) -> None:
    with pytest.raises(InputError):
        new.ask(address)
    assert new.staff.count(OutboxMessage) == 0


def test_an_organization_without_a_domain_and_another_account_get_nothing(new: Ward) -> None:
    with new.staff.database.write() as session:
        me = session.get_one(StaffUser, new.officer.id)
        work = work_in(session, Actor(Role.OFFICER, 999), MORNING, program=new.staff.site.program)
        with pytest.raises(NotAllowedError):
            mailboxes.ask(work, me, ADDRESS)
        me.organization = "subcontractor"
        work = work_in(session, new.actor, MORNING, program=new.staff.site.program)
        with pytest.raises(NotAllowedError):
            mailboxes.ask(work, me, ADDRESS)


def test_a_code_proves_once_in_time_and_five_wrong_ones_end_it(new: Ward) -> None:
    code = new.ask()
    wrong = "000000" if code != "000000" else "111111"
    with pytest.raises(ThrottledError):
        new.ask()
    for _ in range(5):
        assert not new.prove(wrong)
    assert not new.prove(code)
    new.staff.clock.advance(minutes=2)
    late = new.ask()
    assert late != code or not new.prove(code)
    new.staff.clock.advance(minutes=15)
    assert not new.prove(late)
    new.staff.clock.advance(minutes=1)
    assert new.prove(new.ask())
    with pytest.raises(WrongStateError):
        new.prove(late)


@pytest.mark.parametrize("state", list(MailboxState))
def test_a_mailbox_takes_only_the_steps_of_its_state(state: MailboxState) -> None:
    possible = {action for action in MAILBOX.steps if MAILBOX.can(state, action)}
    assert (
        possible
        == {
            MailboxState.WAITING: {"ask", "prove", "end"},
            MailboxState.PROVED: {"ask", "fail", "end"},
            MailboxState.FAILED: {"ask", "end"},
            MailboxState.ENDED: {"ask"},
        }[state]
    )


def test_a_digest_a_day_in_opening_hours_with_counts_dates_and_paths_alone(ward: Ward) -> None:
    with ward.staff.database.write() as session:
        for protected in (True, False):
            family = add_household(
                session, VAULT, f"96{protected:08}", MORNING, protected=protected
            )
            work = work_in(session, ward.actor, MORNING)
            propose(work, "release_hold", "household", family)
    for closed in (MORNING - timedelta(minutes=40), HOLIDAY, NIGHT):
        ward.tell(closed)
    assert ward.bodies("staff.digest") == []
    ward.tell(MORNING)
    ward.tell(MORNING + timedelta(hours=3))
    (body,) = ward.bodies("staff.digest")
    assert "区に出す報告書: 1件、期限 2023-08-10  /delivery-report" in body
    assert "承認を待つ依頼: 1件  /" in body.splitlines()
    ward.tell(MORNING + timedelta(days=1))
    assert len(ward.bodies("staff.digest")) == 2
    for told in ("staff.digest", "staff.alert"):
        for text in ward.bodies(told):
            assert "http" not in text
            assert CANARY_NAME not in text
            assert CANARY_TOWN not in text
            lines = [line for line in text.splitlines() if "  /" in line]
            assert lines
            line = re.compile(r"[^0-9]+: \d+件(?:、期限 \d{4}-\d\d-\d\d)?  /[a-z-]*")
            assert all(line.fullmatch(one) for one in lines), lines


def test_hours_and_texts_that_wait_for_the_ward_are_told(ward: Ward) -> None:
    supervisor = ward.staff.hire(Role.SUPERVISOR)
    by = Actor(Role.SUPERVISOR, supervisor.id, ROLES[Role.SUPERVISOR])
    nine = Hours(time(9), time(17))
    with ward.staff.database.write() as session:
        work = work_in(session, by, MORNING, program=ward.staff.site.program)
        week = (*[nine] * 5, None, None)
        hours.propose_week(work, hours.Week(date(2023, 8, 21), week, "contractor"))
        texts = dict.fromkeys(RESIDENT_LOCALES, "1")
        site_texts.write(work, site_texts.Draft("landing", date(2023, 8, 21), texts=texts))
    ward.tell(MORNING)
    (body,) = ward.bodies("staff.digest")
    assert "承認を待つ受付時間の変更: 1件  /opening-hours" in body.splitlines()
    assert "公開を待つ住民の画面の文: 1件  /site-texts" in body.splitlines()


def test_an_overdue_report_is_told_once_and_in_hours_an_incident_at_night_too(ward: Ward) -> None:
    ward.tell(NIGHT)
    assert ward.bodies("staff.alert") == []
    ward.incident(NIGHT)
    ward.tell(NIGHT)
    alerts = ward.bodies("staff.alert")
    assert alerts
    assert all("/incidents" in body for body in alerts)
    ward.tell(NIGHT + timedelta(minutes=10))
    assert len(ward.bodies("staff.alert")) == len(alerts)
    ward.tell(MORNING + timedelta(days=1))
    more = [body for body in ward.bodies("staff.alert") if "report" in body]
    ward.tell(MORNING + timedelta(days=1, hours=2))
    assert more
    assert [body for body in ward.bodies("staff.alert") if "report" in body] == more


def test_what_did_not_go_out_in_hours_does_not_go_out_at_night(ward: Ward) -> None:
    ward.tell(MORNING)
    with ward.staff.database.read() as session:
        rows = session.scalars(select(OutboxMessage).filter_by(purpose="staff.digest")).all()
        assert [row.expires_at for row in rows] == [datetime(2023, 8, 14, 8, 0, tzinfo=UTC)]


def test_a_closed_account_is_told_nothing_and_its_address_is_removed(ward: Ward) -> None:
    with ward.staff.database.write() as session:
        session.execute(
            update(StaffUser).where(StaffUser.id == ward.officer.id).values(active=False)
        )
    ward.tell(MORNING)
    assert ward.bodies("staff.digest") == []
    with ward.staff.database.read() as session:
        row = session.scalars(select(StaffMailbox)).one()
        assert (row.state, row.sealed) == ("ended", None)


def test_mail_arrives_and_one_that_comes_back_stops_the_address(
    ward: Ward, workers: Workers, smtp_sink: SmtpSink
) -> None:
    ward.tell(MORNING)
    workers.clock.instant = MORNING
    sender = SmtpSender(f"smtp://127.0.0.1:{smtp_sink.port}", MAIL_FROM)
    workers.start(ward.staff.database, email=sender)
    digests = [m for m in smtp_sink.wait(2) if "2023-08-10" in m.get_content()]
    assert digests
    assert {str(mail["To"]) for mail in smtp_sink.messages} == {ADDRESS}

    def last() -> OutboxMessage:
        with ward.staff.database.read() as session:
            key = session.scalars(select(StaffMailbox)).one().message_id
            found = session.get_one(OutboxMessage, key)
            session.expunge(found)
            return found

    until(lambda: last().state == "sent")
    with ward.staff.database.write() as session:
        bounced = DeliveryResult(last().reference or "", Outcome.FAILED, "dsn_5.1.1")
        assert note_result(work_in(session, now=MORNING), "email", bounced)
    ward.tell(MORNING + timedelta(days=1))
    assert ward.state() == "failed"
    assert ward.bodies("staff.digest") == []
    page = ward.staff.enter(ward.officer).open("/account").text
    assert "最後のメールが届かずに戻った" in page


def test_an_address_is_entered_proved_and_ended_on_the_account_page(new: Ward) -> None:
    page = new.visitor.open("/account").text
    assert f"@{DOMAIN} で終わるアドレス" in page
    refused = new.visitor.post("/account/mail", {"form_key": "a", "mail_address": "x@gmail.com"})
    assert refused.status_code == 422
    assert f"@{DOMAIN} で終わる、仕事の" in refused.text
    page = new.visitor.send("/account/mail", {"form_key": "b", "mail_address": ADDRESS}).text
    assert "番号をメールで送りました" in page
    assert ADDRESS not in page
    code = new.codes()[0]
    wrong = new.visitor.post(
        "/account/mail/code", {"mail_code": "000000" if code != "000000" else "1"}
    )
    assert wrong.status_code == 422
    with new.staff.database.read() as session:
        assert session.scalars(select(StaffMailbox)).one().tries == 1
    page = new.visitor.send("/account/mail/code", {"mail_code": code}).text
    assert "このアドレスに知らせます。" in page
    page = new.visitor.send("/account/mail/end", {"form_key": "c"}).text
    assert "アドレスは消しました。" in page
    assert new.state() == "ended"
    again = new.visitor.post("/account/mail/end", {"form_key": "d"})
    assert again.status_code == 422
    assert [event.actor_id for event in new.staff.events("staff_mail.ended")] == [new.officer.id]
    with pytest.raises(DomainError):
        new.prove(code)
