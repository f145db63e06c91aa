"""No time over a socket tells a family under protection from one that was never there."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import ThrottleBucket
from portal.platform.database import Database
from portal.platform.http.cookies import form_token
from portal.settings import Settings
from tests.functional.desk.call_desk.support import letter_of
from tests.functional.resident.test_enumeration import auc
from tests.support.coupons import VAULT
from tests.support.login_ids import plain_login_id
from tests.support.people import Person, add_household
from tests.support.programs.servers import StartServer
from tests.support.resident import NOON
from tests.support.staff import COOKIE, StaffSite, hire, serve_staff, start_session

pytestmark = pytest.mark.matrix

TRIES = 150
NAME, NOBODYS = "鶉野　瑠璃子", "鶫原　玻璃子"
Form = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """A request about the protected family, and the same about nobody."""

    path: str
    form: Form | None
    nowhere: str
    instead: Form | None

    @classmethod
    def typed(cls, path: str, field: str, there: str, nobodys: str) -> "Question":
        """A search."""
        return cls(path, {field: there}, path, {field: nobodys})


def questions(person: Person, letter: str) -> Mapping[str, Question]:
    """Searches by each field, and the addresses of a family."""
    home, nowhere = person.household_id, 999_999
    found = {}
    for base in ("/households", "/desk"):
        search = f"{base}/search"
        for name, field, there, nobodys in (
            ("name", "name", NAME, NOBODYS),
            ("ID", "number", person.login_id, plain_login_id()),
            ("letter", "number", letter, new_letter_number()),
        ):
            found[f"{base} {name}"] = Question.typed(search, field, there, nobodys)
        found[base] = Question(f"{base}/{home}", None, f"{base}/{nowhere}", None)
    for page in ("coupon-fault", "redelivery"):
        paths = (f"/desk/{key}/{page}" for key in (home, nowhere))
        found[page] = Question(next(paths), None, next(paths), None)
    return found


@dataclass
class Clerk:
    """An officer in a call, on a connection that stays open."""

    http: httpx.Client
    database: Database
    token: str
    forms: int = 0

    def seconds(self, path: str, form: Form | None) -> float:
        """How long an answer takes."""
        self.forms += 1
        started = time.perf_counter()
        if form is None:
            answer = self.http.get(path)
        else:
            key = {"form_token": self.token, "form_key": f"f{self.forms}"}
            answer = self.http.post(path, data=key | dict(form))
        took = time.perf_counter() - started
        assert answer.status_code in ({404} if form is None else {303}), answer.text[-500:]
        return took

    def told_apart(self, question: Question, dice: random.Random) -> float:
        """How often it takes longer where there is a family (0.5: no telling)."""
        times: tuple[list[float], list[float]] = ([], [])
        ways = [(question.path, question.form), (question.nowhere, question.instead)]
        for number in range(TRIES + 3):
            if number % 5 == 0:
                with self.database.write() as session:
                    session.query(ThrottleBucket).delete()
            order = [0, 1]
            dice.shuffle(order)
            for way in order:
                took = self.seconds(*ways[way])
                if number >= 3:  # before that both are warmed
                    times[way].append(took)
        return auc(*times)


def test_no_time_tells_that_a_family_is_there(
    start_server: StartServer, resident_settings: Settings, staff: StaffSite, database_url: str
) -> None:
    now = datetime.now(UTC).replace(year=NOON.year, month=NOON.month, day=NOON.day)
    database, person = staff.database, staff.add_household(active=True, protected=True)
    letter = letter_of(staff, person)
    with database.write() as session:
        for number in range(20):
            add_household(
                session, VAULT, f"95{number:08}", now, name="潮見　太郎", kana="シオミ タロウ"
            )
    clerk = hire(database, now, Role.OFFICER, "clerk")
    token = start_session(database, clerk, now)
    server = serve_staff(start_server, resident_settings, database_url, now)
    found, dice = {}, random.Random(0)
    with httpx.Client(base_url=server.url, cookies={COOKIE: token}) as http:
        shown = form_token(VAULT, sessions.token_hash(token).hex())
        at_work = Clerk(http, database, shown)
        begun = {"form_token": shown, "form_key": "call", "language": "ja"}
        assert http.post("/calls/start", data=begun).status_code == 303
        for name, question in questions(person, letter).items():
            found[name] = round(at_work.told_apart(question, dice), 3)
    print(found)
    assert all(0.35 <= value <= 0.65 for value in found.values()), found
