"""A database that is lost while somebody sends a form: what they are told, and what they keep."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.mailroom.incidents.models import SiteNotice
from portal.domain.people.authn.models import AuthSession, ThrottleBucket
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from portal.platform.http.locale import CODE_OF
from portal.platform.lost import is_lost
from tests.support.databases.sent import sent_to
from tests.support.people import Person
from tests.support.programs.command import CommandLine, sentence
from tests.support.programs.servers import until
from tests.support.resident import Resident, Visitor
from tests.support.staff import StaffSite

Fault = Callable[[], Exception]


def error(kind: type[Exception], original: Exception) -> Exception:
    return kind(None, None, original)


FAULTS: dict[str, Fault] = {
    "connection": lambda: error(OperationalError, psycopg.OperationalError("gone")),
    "shutdown": lambda: error(OperationalError, psycopg.errors.AdminShutdown("57P01")),
    "standby": lambda: error(NotSupportedError, psycopg.errors.FeatureNotSupported("0A000")),
    "read only": lambda: error(InternalError, psycopg.errors.ReadOnlySqlTransaction("25006")),
    "interface": lambda: error(InterfaceError, psycopg.InterfaceError("closed")),
    "pool": lambda: PoolTimeoutError("QueuePool limit"),
    "full disk": lambda: error(OperationalError, psycopg.errors.DiskFull("53100")),
    "deadlock": lambda: error(OperationalError, psycopg.errors.DeadlockDetected("40P01")),
}


NOT_STORED = {
    "ja": "まだ受け付けていません",
    "ja@easy": "まだ 受け付けていません",
    "en": "We have not received it yet",
    "zh_Hans": "尚未受理",
    "zh_Hant": "尚未受理",
    "ko": "아직 접수되지 않았습니다",
}


@contextmanager
def failing(database: Database, moment: str, fault: Fault, after: str = "") -> Iterator[None]:
    """Let statements fail (those with a word in them), or each COMMIT when it was carried out."""

    def statement(_c: Connection, _cursor: Any, said: str, *_rest: Any) -> None:
        if after in said:
            raise fault()

    def commit(connection: Connection) -> None:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        if connection.dialect.name == "sqlite":
            driver.execute("COMMIT")
        else:
            driver.commit()
        raise fault()

    if moment == "statement":
        event.listen(database.engine, "before_cursor_execute", statement)
    else:
        event.listen(database.engine, "commit", commit)
    try:
        yield
    finally:
        if moment == "statement":
            event.remove(database.engine, "before_cursor_execute", statement)
        else:
            event.remove(database.engine, "commit", commit)


def at_the_code(resident: Resident) -> tuple[Visitor, Person]:
    person = resident.add(active=True)
    resident.give_coupons()
    visitor = resident.enter(person)
    visitor.open("/decline/choose")
    visitor.send("/decline/choose/submit", {"who": "all"})
    visitor.send("/decline/check/submit")
    assert visitor.place == "/decline/code"
    return visitor, person


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([\w]+)" value="([^"]*)">', page))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.asvs("16.5.2")
def test_every_way_to_lose_the_database_is_a_503_that_keeps_the_form(
    sqlite_resident: Resident, fault: str
) -> None:
    visitor, person = at_the_code(sqlite_resident)
    code = person.totp(sqlite_resident.now)
    with failing(sqlite_resident.database, "statement", FAULTS[fault], after="idempotency_key"):
        lost = visitor.post("/decline/code/submit", {"code": code, "form_key": "k" * 24})
    assert lost.status_code == 503
    assert lost.headers["retry-after"]
    assert lost.headers["x-outcome"] == "not_stored"
    assert "まだ受け付けていません" in lost.text
    assert code not in lost.text
    kept = hidden(lost.text)
    assert (kept["form_key"], kept["again"]) == ("k" * 24, "not_stored")
    assert sqlite_resident.count(Request) == 0
    again = visitor.send("/decline/code/submit", kept | {"code": code})
    assert visitor.place.startswith("/decline/received/")
    assert again.status_code == 200


@pytest.mark.asvs("16.5.3")
def test_bugs_are_not_called_a_lost_database() -> None:
    assert not is_lost(error(InternalError, psycopg.errors.InFailedSqlTransaction("25P02")))
    assert not is_lost(ValueError("a bug"))
    assert all(is_lost(fault()) for fault in FAULTS.values())


def test_a_commit_without_an_answer_is_found_and_called_stored(resident: Resident) -> None:
    visitor, person = at_the_code(resident)
    form = {"code": person.totp(resident.now), "form_key": "s" * 24}
    with failing(resident.database, "commit", FAULTS["connection"]):
        lost = visitor.post("/decline/code/submit", form)
    assert (lost.status_code, lost.headers["x-outcome"]) == (503, "stored")
    assert "受け付けました" in lost.text
    assert resident.count(Request) == 1
    visitor.send("/decline/code/submit", hidden(lost.text))
    assert visitor.place.startswith("/decline/received/")
    assert resident.count(Request) == 1


def test_where_it_cannot_be_looked_up_the_page_says_press_again_it_counts_once(
    resident: Resident,
) -> None:
    visitor, person = at_the_code(resident)
    form = {"code": person.totp(resident.now), "form_key": "u" * 24}
    database, fault = resident.database, FAULTS["connection"]
    with (
        failing(database, "commit", fault),
        failing(database, "statement", fault, after="SELECT idempotency_key"),
    ):
        lost = visitor.post("/decline/code/submit", form)
    assert (lost.status_code, lost.headers["x-outcome"]) == (503, "unknown")
    assert "何度押しても、受け付けは1回だけです" in lost.text
    visitor.send("/decline/code/submit", hidden(lost.text))
    assert visitor.place.startswith("/decline/received/")
    assert resident.count(Request) == 1


def test_a_step_without_a_key_of_its_own_leads_on_as_the_first_time(resident: Resident) -> None:
    visitor, _person = at_the_code(resident)
    form = {"who": "all", "text": "転居のため", "form_key": "w" * 24}
    with failing(resident.database, "commit", FAULTS["connection"]):
        lost = visitor.post("/decline/choose/submit", form)
    assert lost.headers["x-outcome"] == "stored"
    assert hidden(lost.text)["text"] == "転居のため"
    visitor.send("/decline/choose/submit", hidden(lost.text))
    assert visitor.place == "/decline/check"


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
def test_the_sentence_is_in_the_readers_language(sqlite_resident: Resident, locale: str) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    visitor.get(f"/help?lang={CODE_OF[locale]}")
    with failing(sqlite_resident.database, "statement", FAULTS["connection"]):
        lost = visitor.post("/account/password/submit", {"password": "geheim", "form_key": "x"})
        page = visitor.get("/home")
    assert (lost.status_code, page.status_code) == (503, 503)
    assert "geheim" not in lost.text
    assert 'name="password"' in lost.text
    assert NOT_STORED[locale] in re.sub(r"<r[tp]>.*?</r[tp]>|<[^>]+>", "", lost.text)
    assert "<form" not in page.text[page.text.index("<main") :]


def test_a_birth_date_is_never_kept(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add()
    visitor = sqlite_resident.enter(person, stage="birth")
    form = {"era": "昭和", "year": "58", "month": "11", "day": "27", "form_key": "b" * 24}
    with failing(sqlite_resident.database, "statement", FAULTS["connection"]):
        lost = visitor.post("/start/birth/submit", form)
    assert lost.status_code == 503
    assert not {"era", "year", "month", "day"} & set(hidden(lost.text))
    assert 'id="year"' in lost.text
    assert 'value="27"' not in lost.text


def lost_sign_in(resident: Resident, person: Person, password: str, after: str) -> None:
    """Send ID and password, and lose the database after the try was counted."""
    visitor = resident.visitor()
    visitor.open("/signin")
    form = {"login_id": person.login_id, "password": password}
    with failing(resident.database, "statement", FAULTS["connection"], after=after):
        assert visitor.post("/signin/submit", form).status_code == 503


def tries_counted(resident: Resident) -> int:
    with resident.database.read() as session:
        return sum(session.scalars(select(ThrottleBucket.count)))


def test_right_passwords_whose_database_was_lost_lock_nobody_out(resident: Resident) -> None:
    person = resident.add(active=True)
    for _press in range(8):  # more than the five that are wrong may be
        lost_sign_in(resident, person, person.password, after="INSERT INTO auth_session")
        until(lambda: tries_counted(resident) == 0, seconds=10)
    visitor = resident.visitor()
    visitor.open("/signin")
    form = {"login_id": person.login_id, "password": person.password}
    visitor.send("/signin/submit", form)
    assert visitor.place == "/signin/code"


def test_tries_that_were_lost_together_are_given_back_together(resident: Resident) -> None:
    """One by one they would wait for the row of an address that many share, until it is full."""
    people = [resident.add(active=True) for _person in range(6)]
    given_back: list[str] = []

    def note(_c: Connection, _cursor: Any, said: str, *_rest: Any) -> None:
        if said.startswith("UPDATE throttle_bucket"):
            given_back.append(said)

    with failing(resident.database, "statement", FAULTS["connection"], "UPDATE throttle_bucket"):
        for person in people:
            lost_sign_in(resident, person, person.password, after="INSERT INTO auth_session")
        event.listen(resident.database.engine, "before_cursor_execute", note)
    until(lambda: tries_counted(resident) == 0, seconds=10)
    event.remove(resident.database.engine, "before_cursor_execute", note)
    accounts, networks = len(people), 2
    assert len(given_back) <= accounts + networks


def test_wrong_passwords_stay_counted_though_the_database_was_lost(resident: Resident) -> None:
    person = resident.add(active=True)
    for _press in range(2):
        lost_sign_in(resident, person, "wrong-password", after="INSERT INTO audit_event")
    time.sleep(0.5)
    assert tries_counted(resident) >= 2


def test_a_site_note_after_the_answer_spoils_nothing(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True)
    visitor = sqlite_resident.enter(person)
    sqlite_resident.clock.advance(minutes=10)
    fault = FAULTS["connection"]
    with failing(sqlite_resident.database, "statement", fault, after="UPDATE auth_session"):
        assert visitor.get("/home").status_code == 200
    assert sqlite_resident.count(AuthSession) >= 1


@pytest.mark.parametrize(("language", "said"), [("ja", "まだ受け付けていません"), ("en", "not")])
def test_the_staff_site_keeps_a_text_too(sqlite_staff: StaffSite, language: str, said: str) -> None:
    visitor = sqlite_staff.visitor(**{"accept-language": language})
    visitor.open("/signin")
    with failing(sqlite_staff.database, "statement", FAULTS["read only"]):
        form = {"login": "officer1", "password": "geheim", "code": "123456", "form_key": "f" * 24}
        lost = visitor.post("/signin/submit", form)
    assert lost.status_code == 503
    assert said in lost.text
    assert hidden(lost.text)["login"] == "officer1"
    assert "geheim" not in lost.text
    assert "123456" not in lost.text


def test_a_line_that_comes_in_a_failed_transaction_is_taken_back_first(
    postgres_database: Database,
) -> None:
    """A statement that an operator cancels can leave the first one of a transaction so."""

    def fail(line: Any, _record: object, _proxy: object) -> None:
        with suppress(psycopg.Error):
            line.execute("SELECT 1 / 0")

    event.listen(postgres_database.engine, "checkout", fail)
    try:
        for opened in (postgres_database.read, postgres_database.write):
            with opened() as session:
                assert session.scalar(text("SELECT 1")) == 1
    finally:
        event.remove(postgres_database.engine, "checkout", fail)


@pytest.mark.parametrize("before", [None, "READ COMMITTED", "REPEATABLE READ", "AUTOCOMMIT"])
def test_the_limits_of_a_transaction_cost_no_statement_of_their_own(
    postgres_database: Database, before: IsolationLevel | None
) -> None:
    """Not on a line either that served somebody with an isolation level of their own before."""
    if before is not None:
        engine = postgres_database.engine.execution_options(isolation_level=before)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    with sent_to(postgres_database) as sent:
        for opened in (postgres_database.read, postgres_database.write):
            with opened() as session:
                DatabaseClock().now(session)
                DatabaseClock().now(session)
    assert [text.split(",")[0] for text in sent] == ["BEGIN; SELECT now()", "COMMIT"] * 2


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_line_that_was_lost_while_idle_costs_nobody_an_answer(
    postgres_database: Database, kind: str
) -> None:
    def number() -> int:
        with getattr(postgres_database, kind)() as session:
            return int(session.scalar(text("SELECT pg_backend_pid()")))

    lost = number()
    url = postgres_database.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (lost,))
    assert number() != lost


def test_a_reading_transaction_cannot_write_also_on_a_line_made_anew(
    postgres_database: Database,
) -> None:
    with (
        pytest.raises(DBAPIError, match="read-only"),
        postgres_database.read() as session,
    ):
        session.execute(text("DELETE FROM site_notice"))


def test_what_is_read_again_is_not_planned_again(postgres_database: Database) -> None:
    """A ROLLBACK after each page made the driver give up what PostgreSQL had prepared for it."""
    for _ in range(8):
        with postgres_database.read() as session:
            session.execute(select(SiteNotice.id).where(SiteNotice.id == 1)).all()
    with postgres_database.read() as session:
        kept = session.scalar(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%site_notice%'")
        )
    assert kept


def test_each_transaction_has_the_waits_of_its_engine(postgres_database: Database) -> None:
    with postgres_database.read() as session:
        waits = session.execute(
            text("SELECT current_setting('lock_timeout'), current_setting('timezone')")
        ).one()
    assert waits == ("2min", "UTC")


def test_a_command_on_a_standby_says_so_in_one_sentence(
    postgres_database: Database, tmp_path: Path
) -> None:
    engine = postgres_database.engine
    change = text(f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only = on")
    back = text(f"ALTER DATABASE {engine.url.database} RESET default_transaction_read_only")
    url = engine.url.render_as_string(hide_password=False)
    words = ("db", "roles", "--application", tmp_path / "address", "--apply")
    (tmp_path / "address").write_text("postgresql://portal_app:x@127.0.0.1/portal")
    with engine.connect() as connection:
        connection.execute(change)
        connection.commit()
        try:
            refused = CommandLine(tmp_path, url).run(*words)
            any_host = CommandLine(tmp_path, f"{url}?target_session_attrs=any")
            done = any_host.run(*words)
        finally:
            connection.execute(back)
            connection.commit()
    assert (refused.returncode, done.returncode) == (1, 1)
    assert "PORTAL_DATABASE_URL" in sentence(refused)
    assert "待機系か読み取り専用" in sentence(done)
    assert sentence(refused) != sentence(done), "the first comes to no statement"
