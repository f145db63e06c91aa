"""A report of a loss costs as much whatever is right about it: one work, one time (A6)."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest
from sqlalchemy import event, select

from portal.domain.foundation.jobs.names import JobName
from portal.domain.people.authn import codes
from portal.domain.people.authn.models import LossReport, ThrottleBucket
from portal.domain.people.credentials.models import Credential
from portal.platform.database import Database
from portal.settings import Settings
from portal.worker.jobs import all_jobs
from tests.functional.resident.test_codes import wrong_code
from tests.functional.resident.test_enumeration import auc
from tests.support.coupons import FULL_PRICE
from tests.support.login_ids import plain_login_id
from tests.support.people import Person, add_person
from tests.support.programs.servers import StartServer, until
from tests.support.resident import NOON, TOKEN, Resident, serve_resident
from tests.support.work import work_in
from tests.support.worker import NOWHERE, Going

WRONG = "CDFG HJKL MNPQ"
PHONE, NOBODYS = "090-1234-5678", "090-9999-0000"
PAIRS = 200
Form = dict[str, str]


@dataclass(frozen=True, slots=True)
class Town:
    """Families in every state that a report must not tell."""

    known: Person
    protected: Person
    shut: Person
    suspended: Person
    spent: Person
    now: datetime

    def phone_lost(self) -> Mapping[str, Form]:
        """Reports by ID and password."""
        right = {
            "known": self.known,
            "protected": self.protected,
            "shut already": self.shut,
            "suspended": self.suspended,
            "over the month's limit": self.spent,
        }
        found = {name: _letter(one.login_id, one.password) for name, one in right.items()}
        return found | {
            "wrong password": _letter(self.known.login_id, WRONG),
            "unknown": _letter(plain_login_id(), WRONG),
        }

    def by_app(self) -> Mapping[str, Form]:
        """Reports by ID and the app's code."""
        return {
            "known": _app(self.known.login_id, self.known.totp(self.now)),
            "wrong code": _app(self.known.login_id, wrong_code(self.known, self.now)),
            "protected": _app(self.protected.login_id, self.protected.totp(self.now)),
            "suspended": _app(self.suspended.login_id, self.suspended.totp(self.now)),
            "unknown": _app(plain_login_id(), "123456"),
        }


NUMBERS: Mapping[str, Form] = {
    "known": {"address": PHONE},
    "of a protected family": {"address": "090-1111-2222"},
    "unknown": {"address": NOBODYS},
}


def _letter(login_id: str, password: str) -> Form:
    return {"login_id": login_id, "password": password}


def _app(login_id: str, code: str) -> Form:
    return {"login_id": login_id, "code": code}


def settled(database: Database, now: datetime) -> Town:
    """Fill a database with one family of each kind."""

    def family(number: int, *, protected: bool = False) -> Person:
        return add_person(
            database,
            now,
            number=f"97{number:08}",
            vault=FULL_PRICE,
            active=True,
            protected=protected,
        )

    town = Town(family(1), family(2, protected=True), family(3), family(4), family(5), now)
    with database.write() as session:
        session.get_one(Credential, town.shut.credential_id).door = "both_lost"
        session.get_one(Credential, town.suspended.credential_id).state = "suspended"
        for person, number in ((town.known, "+819012345678"), (town.protected, "+819011112222")):
            work = work_in(session, now=now)
            row = codes.add_authenticator(work, person.credential_id, "sms", number)
            row.state, row.confirmed_at = "confirmed", now
    forget_tries(database, town)
    return town


def forget_tries(database: Database, town: Town) -> None:
    """Begin to count anew; the one family has had its three reports of the month."""
    with database.write() as session:
        session.query(ThrottleBucket).delete()
        session.query(LossReport).delete()
        session.add(
            ThrottleBucket(
                key=f"t15:h{town.spent.household_id}",
                window_start=town.now,
                count=3,
                expires_at=town.now.replace(year=town.now.year + 1),
            )
        )


@contextmanager
def asked(database: Database) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def one_work(resident: Resident, town: Town, page: str, forms: Mapping[str, Form]) -> None:
    """Every form asks the same of the database, in the same order, and leaves the same row."""
    works, rows = {}, set()
    for name, form in forms.items():
        forget_tries(resident.database, town)
        visitor = resident.visitor()
        visitor.open(f"/lost/stop/{page}")
        with asked(resident.database) as seen:
            assert visitor.post(f"/lost/stop/{page}/submit", form).status_code == 303
        works[name] = tuple(seen)
        with resident.database.read() as session:
            (row,) = session.scalars(select(LossReport))
            rows.add(len(row.carried))
    assert len(set(works.values())) == 1, {name: len(one) for name, one in works.items()}
    assert len(rows) == 1, "every row is of one length"


def test_a_report_by_id_and_password_is_one_work(resident: Resident) -> None:
    town = settled(resident.database, resident.now)
    one_work(resident, town, "phone", town.phone_lost())


def test_a_report_by_the_app_is_one_work(resident: Resident) -> None:
    town = settled(resident.database, resident.now)
    one_work(resident, town, "app", town.by_app())


def test_asking_for_a_code_is_one_work(resident: Resident) -> None:
    one_work(resident, settled(resident.database, resident.now), "letter", NUMBERS)


def test_a_row_that_waits_does_not_tell_how_long_an_address_is(resident: Resident) -> None:
    town, lengths = settled(resident.database, resident.now), set()
    for address in (PHONE, f"{'a' * 60}@{'b' * 60}.example.jp"):
        forget_tries(resident.database, town)
        visitor = resident.visitor()
        visitor.open("/lost/stop/letter")
        visitor.send("/lost/stop/letter/submit", {"address": address})
        with resident.database.read() as session:
            (row,) = session.scalars(select(LossReport))
            lengths.add(len(row.carried))
    assert len(lengths) == 1


def test_a_report_by_code_is_one_work(resident: Resident) -> None:
    town = settled(resident.database, resident.now)
    works = set()
    for form in NUMBERS.values():
        for code in ("000000", "123456"):
            forget_tries(resident.database, town)
            visitor = resident.visitor()
            visitor.open("/lost/stop/letter")
            visitor.send("/lost/stop/letter/submit", form)
            with asked(resident.database) as seen:
                assert visitor.post("/lost/stop/code/submit", {"code": code}).status_code == 303
            works.add(tuple(seen))
    assert len(works) == 1


def test_a_running_site_shuts_the_account_within_seconds(
    start_server: StartServer, resident_settings: Settings, database: Database, database_url: str
) -> None:
    """By its own worker, and an answer was given before."""
    town = settled(database, NOON)
    server = serve_resident(start_server, resident_settings, database_url)

    def is_shut() -> bool:
        with database.read() as session:
            return session.get_one(Credential, town.known.credential_id).door == "phone_lost"

    with httpx.Client(base_url=server.url) as http:
        Stranger(http).seconds("phone", town.phone_lost()["known"])
    until(is_shut)


def test_a_report_that_no_key_opens_is_set_aside_and_the_next_is_done(resident: Resident) -> None:
    town = settled(resident.database, resident.now)
    with resident.database.write() as session:
        session.add(LossReport(carried="bm90aGluZw==", created_at=resident.now))
    visitor = resident.visitor()
    visitor.open("/lost/stop/phone")
    visitor.send("/lost/stop/phone/submit", town.phone_lost()["known"])
    outcome = all_jobs(NOWHERE)[JobName.LOSSES].turn(resident.site.work_source(), Going())
    assert (outcome.handled, outcome.aside) == (1, 1)
    with resident.database.read() as session:
        assert session.get_one(Credential, town.known.credential_id).door == "phone_lost"


class Stranger:
    """A browser of nobody, on a connection that stays open."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._token = ""

    def seconds(self, page: str, form: Form) -> float:
        """How long the answer to a form takes."""
        if not self._token:
            (self._token, *_more) = TOKEN.findall(self._http.get(f"/lost/stop/{page}").text)
        started = time.perf_counter()
        answer = self._http.post(
            f"/lost/stop/{page}/submit", data={"form_token": self._token, **form}
        )
        took = time.perf_counter() - started
        assert answer.status_code == 303, answer.text[-500:]
        return took


def told_apart(
    stranger: Stranger, page: str, forms: Mapping[str, Form], again: Callable[[], None]
) -> dict[str, float]:
    """For each kind of form, how often it takes longer than that of nobody (0.5: no telling)."""
    times: dict[str, list[float]] = {name: [] for name in forms}
    order, dice = list(forms), random.Random(0)
    for _warm in range(3):
        again()
        for name in order:
            stranger.seconds(page, forms[name])
    for _pair in range(PAIRS):
        again()
        dice.shuffle(order)
        for name in order:
            times[name].append(stranger.seconds(page, forms[name]))
    nobody = times.pop("unknown")
    return {name: auc(found, nobody) for name, found in times.items()}


@pytest.mark.matrix
def test_no_time_over_a_socket_tells_what_a_report_found(
    start_server: StartServer, resident_settings: Settings, database: Database, database_url: str
) -> None:
    now = datetime.now(UTC).replace(year=NOON.year, month=NOON.month, day=NOON.day)
    town = settled(database, now)
    server = serve_resident(
        start_server, resident_settings, database_url, now, PORTAL_WORKER="apart"
    )
    found = {}
    with httpx.Client(base_url=server.url) as http:
        for page, forms in (
            ("phone", town.phone_lost()),
            ("letter", NUMBERS),
            ("app", town.by_app()),
        ):
            again = partial(forget_tries, database, town)
            for name, value in told_apart(Stranger(http), page, forms, again).items():
                found[f"{page}: {name}"] = round(value, 3)
    print(found)
    assert all(0.4 <= value <= 0.6 for value in found.values()), found
