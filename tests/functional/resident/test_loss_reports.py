"""A report by one item alone shuts the account to unknown browsers, and does nothing else."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.people.authn.models import AuthSession, OneTimeCode, ThrottleBucket
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.models import Task
from portal.platform.rendering.templating import RUBY_TAGS
from tests.functional.resident.test_codes import with_sms, wrong_code
from tests.functional.resident.test_throttles import known
from tests.support.login_ids import plain_login_id
from tests.support.people import Person
from tests.support.resident import Resident, Visitor
from tests.support.worker import run_job

RECEIVED = "/lost/stop/received"
WRONG = "CDFG HJKL MNPQ"
PHONE = "090-1234-5678"


def report_phone(resident: Resident, person: Person, password: str = "") -> Visitor:
    """Somebody with the letter says that the phone is lost, in a browser of nobody."""
    visitor = resident.visitor("198.51.100.9")
    visitor.open("/lost/stop/phone")
    typed = {"login_id": person.login_id, "password": password or person.password}
    visitor.send("/lost/stop/phone/submit", typed)
    worked(resident)
    return visitor


def worked(resident: Resident) -> None:
    """Let the worker do what reports wait for."""
    run_job(resident.site.work_source(), JobName.LOSSES)


def report_letter(resident: Resident, address: str = PHONE, code: str = "") -> Visitor:
    """Somebody with the phone says that the letter is lost; ``code`` instead of the sent one."""
    resident.messages()
    visitor = resident.visitor("198.51.100.9")
    visitor.open("/lost/stop/letter")
    visitor.send("/lost/stop/letter/submit", {"address": address})
    worked(resident)
    visitor.send("/lost/stop/code/submit", {"code": code or resident.last_code()})
    worked(resident)
    return visitor


def door(resident: Resident, person: Person) -> str:
    """Who may sign in to an account."""
    with resident.database.read() as session:
        return session.get_one(Credential, person.credential_id).door


def refusals(resident: Resident) -> list[str]:
    """Why reports did nothing, as only the audit knows."""
    with resident.database.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.action == "loss.refused"))
        return [str(row.detail["reason"]) for row in rows]


def enters(resident: Resident, person: Person, visitor: Visitor) -> bool:
    """Whether this browser comes to the page of the code."""
    return resident.sign_in(person, visitor).place == "/signin/code"


def test_a_report_shuts_out_unknown_browsers_and_no_known_one(resident: Resident) -> None:
    person, owner = with_sms(resident)
    inside = resident.enter(person)
    begun = resident.sign_in(person, resident.visitor("198.51.100.4"))
    resident.messages()
    assert report_phone(resident, person).place == RECEIVED
    assert door(resident, person) == "phone_lost"
    assert not enters(resident, person, resident.visitor("198.51.100.5"))
    assert begun.open("/signin/code").url.path == "/signin", "a sign-in that a stranger had begun"
    assert inside.open("/home").url.path == "/home"
    assert enters(resident, person, owner), "the browser that signed in before"
    bodies = [body for body in resident.messages() if "届け出" in body]
    assert len(bodies) == 1
    assert "198.51" not in bodies[0]
    assert list(resident.tasks()) == ["loss_reported"]
    assert resident.count(Credential, state="active") == 1


def test_whoever_has_the_phone_reports_the_letter(resident: Resident) -> None:
    person, owner = with_sms(resident)
    assert report_letter(resident).place == RECEIVED
    assert door(resident, person) == "letter_lost"
    assert not enters(resident, person, resident.visitor("198.51.100.5"))
    assert enters(resident, person, owner)
    assert resident.count(AuthSession) == 1, "the report itself opened none"


def test_whoever_has_the_app_and_knows_the_id_reports_the_letter(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.visitor()
    visitor.open("/lost/stop/app")
    typed = {"login_id": person.login_id, "code": wrong_code(person, resident.now)}
    assert visitor.send("/lost/stop/app/submit", typed).url.path == RECEIVED
    worked(resident)
    assert door(resident, person) == "open"
    right = typed | {"code": person.totp(resident.now)}
    assert visitor.send("/lost/stop/app/submit", right).url.path == RECEIVED
    resident.clock.advance(minutes=3)
    worked(resident)  # the code is judged as of when it was typed
    assert door(resident, person) == "letter_lost"
    inside = known_by_app = resident.sign_in(person)
    assert known_by_app.place == "/signin/submit"
    assert inside.cookie("sid") == ""


def test_an_apps_code_is_used_up_and_wrong_ones_close_no_source(resident: Resident) -> None:
    person = resident.add(active=True)
    owner = known(resident, person)
    resident.clock.advance(minutes=2)
    visitor = resident.visitor()
    visitor.open("/lost/stop/app")
    for _try in range(5):
        code = wrong_code(person, resident.now)
        visitor.send("/lost/stop/app/submit", {"login_id": person.login_id, "code": code})
    worked(resident)
    answer = visitor.post(
        "/lost/stop/app/submit", {"login_id": person.login_id, "code": person.totp(resident.now)}
    )
    assert answer.status_code == 429
    assert enters(resident, person, owner)
    owner.send("/signin/code/submit", {"code": person.totp(resident.now)})
    assert owner.place == "/home", "strangers lock no source of codes"


def outcome(visitor: Visitor) -> tuple[int, str, str]:
    """What a visitor can see of an answer."""
    assert visitor.page is not None
    page = visitor.page.text
    return visitor.page.status_code, visitor.place, page.replace(visitor.token, "")


def test_nobody_learns_whether_a_report_found_anything(resident: Resident) -> None:
    """Right, wrong, unknown, protected, shut already, used up: one and the same answer."""
    person, protected = resident.add(active=True), resident.add(active=True, protected=True)
    unknown = Person(0, 0, plain_login_id(), person.password)
    said = [
        outcome(report_phone(resident, unknown)),
        outcome(report_phone(resident, protected)),
        outcome(report_phone(resident, person, WRONG)),
        outcome(report_phone(resident, person)),
        outcome(report_phone(resident, person)),
    ]
    for _month in range(2):
        lift(resident, person)
        said.append(outcome(report_phone(resident, person)))
    lift(resident, person)
    with resident.database.write() as session:
        session.query(ThrottleBucket).filter(ThrottleBucket.key.like("t1:%")).delete()
    said.append(outcome(report_phone(resident, person)))
    assert len(set(said)) == 1
    assert door(resident, person) == "open", "three in a month"
    assert door(resident, protected) == "open", "who may not use the site is not shut, nor told"
    assert refusals(resident) == ["wrong", "closed", "wrong", "closed", "spent"]
    assert resident.count(Task) == 1
    resident.clock.advance(days=30)
    report_phone(resident, person)
    assert door(resident, person) == "phone_lost"


def test_nobody_learns_whether_a_number_is_registered(resident: Resident) -> None:
    person, _owner = with_sms(resident)
    resident.messages()
    with resident.database.write() as session:
        hidden = session.get_one(Household, resident.add(active=True).household_id)
        hidden.protected = True
    said = [outcome(report_letter(resident, "090-9999-0000", "123456"))]
    assert resident.messages() == [], "nothing is sent to a number that somebody typed"
    said.append(outcome(report_letter(resident, code="000000")))
    assert door(resident, person) == "open"
    said.append(outcome(report_letter(resident)))
    assert len(set(said)) == 1
    assert door(resident, person) == "letter_lost"


def test_a_protected_familys_phone_gets_no_message(resident: Resident) -> None:
    person, _owner = with_sms(resident)
    with resident.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    resident.messages()
    report_letter(resident, code="123456")
    assert resident.messages() == []
    assert door(resident, person) == "open"


def test_a_sent_code_serves_the_report_alone_and_once(resident: Resident) -> None:
    person, owner = with_sms(resident)
    resident.messages()
    visitor = resident.visitor()
    visitor.open("/lost/stop/letter")
    visitor.send("/lost/stop/letter/submit", {"address": PHONE})
    worked(resident)
    code = resident.last_code()
    assert enters(resident, person, owner)
    assert owner.post("/signin/code/submit", {"code": code}).status_code == 422
    visitor.open("/lost/stop/code")
    visitor.send("/lost/stop/code/submit", {"code": code})
    worked(resident)
    assert door(resident, person) == "letter_lost"
    with resident.database.read() as session:
        used = session.scalars(select(OneTimeCode).where(OneTimeCode.purpose == "report_loss"))
        assert all(row.used_at is not None for row in used)
    assert visitor.open("/lost/stop/code").url.path == "/lost/stop/letter"


def test_codes_for_reports_are_few_and_cost_the_owner_none(resident: Resident) -> None:
    person, owner = with_sms(resident)
    stranger = resident.visitor()
    stranger.open("/lost/stop/letter")
    for _code in range(3):
        stranger.send("/lost/stop/letter/submit", {"address": PHONE})
        stranger.open("/lost/stop/letter")
    assert stranger.post("/lost/stop/letter/submit", {"address": PHONE}).status_code == 429
    worked(resident)
    resident.messages()
    assert enters(resident, person, owner)
    owner.send("/signin/code/submit", {"code": resident.last_code()})
    assert owner.place == "/home"


@pytest.mark.parametrize(
    ("page", "typed", "said"),
    [
        ("phone", {"login_id": "", "password": "x"}, "手紙のIDを入力"),
        ("phone", {"login_id": "1234567890", "password": "x"}, "IDの数字が、どれか違います"),
        ("phone", {"login_id": "1234567890", "password": ""}, "パスワードを入力"),
        ("letter", {"address": "12345"}, "番号"),
        ("letter", {"address": "nobody@"}, "メール"),
        ("app", {"login_id": "", "code": "123456"}, "手紙のIDを入力"),
        ("app", {"login_id": "1234567890", "code": "12"}, "けたが足りません"),
    ],
)
def test_what_cannot_be_right_is_said_at_once_and_counts_nothing(
    sqlite_resident: Resident, page: str, typed: dict[str, str], said: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.open(f"/lost/stop/{page}")
    answer = visitor.post(f"/lost/stop/{page}/submit", typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert sqlite_resident.count(ThrottleBucket) == 0


def test_both_reports_together_are_both_kept(resident: Resident) -> None:
    person, _owner = with_sms(resident)
    report_letter(resident)
    report_phone(resident, person)
    assert door(resident, person) == "both_lost"


def test_a_shut_account_changes_no_factor_and_says_where_to_turn(resident: Resident) -> None:
    person, _owner = with_sms(resident)
    inside = resident.enter(person)
    report_phone(resident, person)
    assert "コールセンターか窓口" in inside.open("/account").text
    for place, typed in (
        ("/account/password/submit", {"own_password": "からすの みやこ 34羽"}),
        ("/account/backup-codes/submit", {}),
        ("/account/channel/choose", {"channel": "totp"}),
        ("/account/remove-channel", {"channel": "sms"}),
    ):
        answer = inside.post(place, typed)
        assert answer.status_code in {403, 422}, place
        assert "コールセンターにお電話ください" in answer.text, place


@pytest.mark.parametrize(
    ("reports", "lost", "who"),
    [
        ((report_letter,), "手紙をなくした", "電話をかけ直して"),
        ((report_phone,), "電話をなくした", "手紙を見ながら"),
        ((report_letter, report_phone), "手紙と電話をなくした", "窓口だけです"),
    ],
)
def test_the_account_says_what_is_lost_since_when_and_who_opens_it_again(
    resident: Resident, reports: tuple[Callable[..., Visitor], ...], lost: str, who: str
) -> None:
    person, _owner = with_sms(resident)
    inside, first = resident.enter(person), resident.now
    assert "届け出がありました" not in inside.open("/account").text
    for report in reports:
        report(resident) if report is report_letter else report(resident, person)
        resident.clock.advance(minutes=5)
    page = plain(inside.open("/account").text)
    assert f"{lost}という届け出がありました" in page
    assert who in page
    assert f"{plain(instant_text(first))}から" in page, "the first report, not the last"
    lift(resident, person)
    assert "届け出がありました" not in inside.open("/account").text


def plain(page: str) -> str:
    """A page's text without the readings over its words."""
    return re.sub(
        r"\{([^|{}]*)\|[^{}]*\}", r"\1", re.sub(r"<[^>]*>", "", RUBY_TAGS.sub(r"\1", page))
    )


def test_two_reports_at_once_and_the_same_form_twice_are_one(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.visitor()
    visitor.open("/lost/stop/phone")
    typed = {"login_id": person.login_id, "password": person.password, "form_key": "one"}
    with ThreadPoolExecutor(4) as pool:
        others = [resident.visitor() for _other in range(3)]
        for other in others:
            other.open("/lost/stop/phone")
        sent = [
            pool.submit(one.post, "/lost/stop/phone/submit", typed) for one in (visitor, *others)
        ]
        places = {one.result().headers["location"] for one in sent}
    visitor.send("/lost/stop/phone/submit", typed)
    worked(resident)
    assert places == {RECEIVED}
    with resident.database.read() as session:
        done = session.scalars(select(AuditEvent).where(AuditEvent.action == "door.report_phone"))
        assert len(done.all()) == 1
        row = session.get_one(ThrottleBucket, f"t15:h{person.household_id}")
        assert row.count == 1, "what did nothing takes none of the three"
    assert resident.count(Task) == 1


def test_whoever_is_signed_in_stops_the_whole_account_instead(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    assert visitor.open("/lost/stop").url.path == "/account/lost"


def lift(resident: Resident, person: Person) -> None:
    """End a report, as the staff do."""
    with resident.database.write() as session:
        session.get_one(Credential, person.credential_id).door = "open"
