"""A FAX of a protected household looks like one of nobody known, to all who handle FAX.

One desk is seen twice: once its FAX belong to a family under protection, once to nobody. In all
states, for each role, on each page and with each button, both answer with the same bytes after the
same statements.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from portal.domain.contacts.faxes import services
from portal.domain.foundation.actors import Actor, Role
from portal.domain.people.households.models import Household
from tests.functional.contacts.faxes.support import TYPED, FaxDesk
from tests.support.databases.statements import counted_statements
from tests.support.databases.twins import differing, steady, undone
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import ROLES, Colleague, StaffSite
from tests.support.work import work_in

TEXT = "手紙は、来週の火曜日に届きます。"
LEADS = (Role.SUPERVISOR, Role.OFFICER)
READERS = (Role.AGENT, *LEADS)
BUTTONS = ("start", "close", "sender", "reply")
OF_A_REPLY = ("number", "sent", "failed", "again", "discard")


@dataclass
class Town:
    """A desk with FAX in every state; the last agent still handles one."""

    staff: StaffSite
    desk: FaxDesk
    person: Person
    cases: dict[str, int] = field(default_factory=dict)
    replies: dict[str, int] = field(default_factory=dict)

    def play(self) -> None:
        """Bring a FAX into each state; two replies are about the family and not sent yet."""
        about = {"text": TEXT, "household_id": self.person.household_id}
        for name, draft in (
            ("prepared", {}),
            ("failed", {}),
            ("prepared about", about),
            ("failed about", about),
            ("sent", {}),
            ("sent about", about),
        ):
            self._answer(name, **draft)
            if "failed" in name:
                self.desk.failed_now(self.replies[name])
            if "sent" in name:
                self.desk.sent_now(self.replies[name])
        self.cases["closed"] = self.desk.receive()
        with self.staff.database.write() as session:
            work = work_in(session, self.desk.agent, self.desk.now)
            services.close(work, self.cases["closed"], "advertisement")
        self.cases["waiting"] = self.desk.receive()
        self.cases["in work"] = self.desk.receive()
        self.desk.verified(self.desk.start(self.cases["in work"]), self.person)

    def _answer(self, name: str, **draft: Any) -> None:
        case = self.cases[name] = self.desk.receive()
        call = self.desk.start(case)
        self.desk.verified(call, self.person)
        self.replies[name] = self.desk.prepare(case, **draft)
        self.desk.end_call(call)

    def protect(self) -> None:
        """The family has come under protection."""
        with self.staff.database.write() as session:
            session.get_one(Household, self.person.household_id).protected = True

    def of_the_family(self) -> None:
        """All these FAX are the family's."""
        with self.staff.database.write() as session:
            for table in ("fax_case", "scan"):
                session.execute(
                    text(f"UPDATE {table} SET household_id = :home"),
                    {"home": self.person.household_id},
                )

    def of_nobody(self) -> None:
        """Nobody knows whose they are, and nothing was ever written about a family."""
        with self.staff.database.write() as session:
            session.execute(
                text("DELETE FROM fax_reply WHERE household_id IS NOT NULL AND state <> 'sent'")
            )
            session.execute(text("DELETE FROM call_household"))
            for table in ("fax_case", "scan", "fax_reply"):
                session.execute(text(f"UPDATE {table} SET household_id = NULL"))


Seen = tuple[tuple[int, str, str], int]
"""Status, way on and body of an answer, and how many statements it took."""


@pytest.fixture
def town(sqlite_staff: StaffSite) -> tuple[Town, dict[Role, Colleague]]:
    staff = sqlite_staff
    people = {role: staff.hire(role) for role in READERS}
    other = staff.hire(Role.AGENT)
    agent, colleague, lead = (
        Actor(one.role, one.id, ROLES[one.role])
        for one in (people[Role.AGENT], other, people[Role.SUPERVISOR])
    )
    desk = FaxDesk(staff.database, agent, colleague, lead, now=staff.now)
    made = Town(staff, desk, staff.add_household())
    made.play()
    made.protect()
    return made, people


def addresses(town: Town) -> list[str]:
    """Every page that a FAX is on."""
    of_cases = [f"/faxes/{case}{more}" for case in town.cases.values() for more in ("", "/pages/1")]
    with town.staff.database.read() as session:
        scans = list(session.scalars(text("SELECT scan_id FROM fax_case ORDER BY id")))
        calls = list(session.scalars(text("SELECT id FROM call_record ORDER BY id")))
    of_scans = [
        f"/scans/{scan}{more}"
        for scan in scans
        for more in ("", "/pages/1", "/numbers", "?for=fax")
    ]
    sheets = [
        f"/faxes/{town.cases[name]}/replies/{reply}/sheets/{part}"
        for name, reply in town.replies.items()
        for part in ("cover", "text")
    ]
    lists = ["/", "/faxes", "/faxes?view=done", "/calls", *(f"/calls/{call}" for call in calls)]
    return [*lists, *of_cases, *of_scans, *sheets]


def seen(
    town: Town, visitor: Visitor, *, protected: bool
) -> dict[str, tuple[tuple[int, str, str], int]]:
    """What one person gets on every page of a world, and after how many statements."""
    found: dict[str, Seen] = {}
    with undone(town.staff.database):
        town.of_the_family() if protected else town.of_nobody()
        for path in addresses(town):
            visitor.get(path)  # what is asked for the first time may be remembered
            with counted_statements(town.staff.database) as ran:
                answer = steady(visitor.get(path))
            found[path] = answer, len(ran)
    return found


@pytest.mark.parametrize("role", READERS)
def test_every_page_has_the_same_bytes_after_the_same_statements(
    town: tuple[Town, dict[Role, Colleague]], role: Role
) -> None:
    made, people = town
    visitor = made.staff.enter(people[role])
    known = seen(made, visitor, protected=True)
    unknown = seen(made, visitor, protected=False)
    assert differing(known, unknown) == []
    read = [path for path, (answer, _count) in known.items() if answer[0] == 200]
    assert len(read) > 20, "the walk opens pages"
    page = known[f"/faxes/{made.cases['in work']}"][0][2]
    assert f"/desk/{made.person.household_id}" not in page
    assert TEXT not in str(known)


def pressed(visitor: Visitor, path: str) -> dict[str, object]:
    """The answer to a button, and the pages of the case and of all FAX after it."""
    form = {
        "form_key": path,
        "reason": "advertisement",
        "failure": "busy",
        "number": TYPED,
        "number_again": TYPED,
        "wording-received": "1",
    }
    answer = steady(visitor.post(path, form))
    case = re.match(r"/faxes/\d+", path)
    assert case is not None
    pages = {page: steady(visitor.get(page)) for page in (case[0], "/faxes")}
    return {"answer": answer} | {
        page: re.sub(r"[A-Z0-9]{4}-[A-Z0-9]{4}", "", str(one)) for page, one in pages.items()
    }


@pytest.mark.parametrize(
    "role", [Role.AGENT, *(pytest.param(one, marks=pytest.mark.matrix) for one in LEADS)]
)
def test_every_button_does_the_same(town: tuple[Town, dict[Role, Colleague]], role: Role) -> None:
    made, people = town
    buttons = [f"/faxes/{case}/{name}" for case in made.cases.values() for name in BUTTONS]
    buttons += [
        f"/faxes/{made.cases[name]}/replies/{reply}/{step}"
        for name, reply in made.replies.items()
        for step in OF_A_REPLY
        if (name, step) != ("sent about", "failed")
    ]
    visitor, different = made.staff.enter(people[role]), []
    for path in buttons:
        worlds = []
        for protected in (True, False):
            with undone(made.staff.database):
                made.of_the_family() if protected else made.of_nobody()
                visitor.post("/find/search", {"q": ""})  # has the menu count what waits here
                visitor.get("/faxes")
                worlds.append(pressed(visitor, path))
        if worlds[0] != worlds[1]:
            different += [f"after {path}: {line}" for line in differing(*worlds)]
    assert different == []


def test_what_was_written_about_the_family_never_goes_out_after_the_flag(
    town: tuple[Town, dict[Role, Colleague]],
) -> None:
    """Also where the sending of an earlier one turns out to have failed."""
    made, people = town
    made.of_the_family()
    visitor = made.staff.enter(people[Role.AGENT])
    sent = f"/faxes/{made.cases['sent about']}/replies/{made.replies['sent about']}"
    form = {"form_key": "f", "failure": "busy", "number": TYPED, "number_again": TYPED}
    assert visitor.post(f"{sent}/failed", form).status_code == 303
    for name in ("prepared about", "failed about", "sent about"):
        base = f"/faxes/{made.cases[name]}/replies/{made.replies[name]}"
        for part in ("cover", "text"):
            assert visitor.get(f"{base}/sheets/{part}").status_code == 404
        for step in ("number", "again", "sent"):
            assert visitor.post(f"{base}/{step}", form | {"form_key": step}).status_code == 404
    made.desk.end_call(made.desk.start(made.cases["in work"]))
    case = made.cases["prepared about"]
    made.desk.start(case)
    made.desk.prepare(case)
    assert made.desk.reply(made.replies["prepared about"]).state == "discarded"
