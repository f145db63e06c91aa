"""A protected household answers like one that does not exist, to everybody but the ward.

The played database of a release has rows of nearly every kind. Every family in it is put under
protection; then each address of one of its things must answer as an address of nothing does: the
same status, the same words, the same way on. A FAX lies on somebody's table as paper, whoever it
is from: `tests/functional/contacts/faxes/test_protected_like_unknown.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text, update

from admin.app import make_staff_site
from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.loader import load_program
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.staff.permissions import Permission, allows
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.platform.database import Database, make_engine
from portal.platform.migrations import upgrade_tables
from portal.settings import Settings
from tests.functional.people.admin.test_permissions import routes
from tests.support.databases.stored import FOLDER, stored
from tests.support.databases.twins import differing
from tests.support.resident import Loop, Visitor
from tests.support.staff import ROLES, Colleague, StaffSite, make_staff
from tests.support.work import work_in

pytestmark = pytest.mark.matrix

ABSENT = 987_654
OF_A_HOUSEHOLD = {
    "household_id": "SELECT id FROM household",
    "task_id": "SELECT id FROM task WHERE household_id IS NOT NULL",
    "hold_id": "SELECT id FROM hold",
    "request_id": "SELECT id FROM request WHERE household_id IS NOT NULL",
    "scan_id": "SELECT id FROM scan WHERE household_id IS NOT NULL",
    "escalation_id": "SELECT id FROM escalation WHERE household_id IS NOT NULL",
    "fault_id": "SELECT id FROM coupon_fault",
    "letter_id": "SELECT id FROM letter WHERE household_id IS NOT NULL",
    "item_id": "SELECT id FROM returned_item",
    "coupon_id": "SELECT coupon.id FROM coupon JOIN entitlement ON entitlement.id = entitlement_id",
}
OTHER = {
    "{kind:str}": "decline",
    "{channel:str}": "post",
    "{blank:str}": "redelivery",
    "{status:str}": "held",
    "{part:str}": "answer",
}
CHANGING = re.compile(r'name="form_(?:token|key)" value="[^"]*"|<strong class="mono">[^<]*')
NOT_THERE = {Role.OFFICER: 40, Role.AGENT: 20, Role.SUPERVISOR: 20}
"""How many addresses of nobody at least answer that nothing is there, so that the walk is one."""
UNKNOWING = [role for role in ROLES if role is not Role.WARD_OFFICER]


@dataclass
class Town:
    """A staff site on a day of the played program, where every family is protected."""

    staff: StaffSite
    keys: dict[str, list[int]]

    def addresses(self, role: Role) -> Iterator[tuple[str, str, str]]:
        """Method, address of a thing and address of nothing, for what the role may ask for."""
        for method, path, access in routes():
            named = re.findall(r"\{(\w+):int\}", path)
            if access == "public" or not set(named) & set(OF_A_HOUSEHOLD):
                continue
            if not allows(Permission(access), role, ROLES[role]):
                continue
            plain = path
            for placeholder, value in OTHER.items():
                plain = plain.replace(placeholder, value)
            for key in self.keys.get(next(name for name in named if name in OF_A_HOUSEHOLD), []):
                yield method, _filled(plain, key), _filled(plain, ABSENT)


def _filled(path: str, key: int) -> str:
    found = re.sub(r"\{(\w+):int\}", lambda m: str(key if m[1] in OF_A_HOUSEHOLD else 999), path)
    assert "{" not in found, found
    return found


@pytest.fixture
def town(background_loop: Loop, tmp_path: Path) -> Iterator[Town]:
    kept, url = stored("0.1.0", "sqlite"), f"sqlite:///{tmp_path}/town.sqlite3"
    kept.restore(url)
    engine = make_engine(url)
    upgrade_tables(engine)
    settings = Settings(
        program="demo",
        data_dir=tmp_path,
        key_dir=FOLDER / kept.version / "keys",
        environment="test",
        public_url="http://127.0.0.1",
        admin_url="http://127.0.0.1",
        database_url=url,
    )
    site = replace(
        make_staff_site(settings, engine=engine),
        filed=load_program("demo", jst_date(kept.now)),
    )
    with Database(engine).write() as session:
        session.execute(update(Household).values(protected=True))
        for table in (
            "scan",
            "task",
            "escalation",
            "fax_case",
            "fax_reply",
        ):  # of nobody while it was played
            session.execute(
                text(f"UPDATE {table} SET household_id = (SELECT min(id) FROM household)")
            )
        session.execute(text("UPDATE fax_case SET state = 'closed'"))  # else its scan is read
        keys = {
            name: list(session.scalars(text(f"{query} ORDER BY 1 DESC LIMIT 3")))
            for name, query in OF_A_HOUSEHOLD.items()
        }
    database = Database(engine)
    now = kept.now + timedelta(days=1)
    yield Town(make_staff(site, database, background_loop, tmp_path, now), keys)
    engine.dispose()


def at_site(town: Town, colleague: Colleague) -> Visitor:
    """Somebody at the demo program's own site, in a call if the role has any."""
    visitor = town.staff.enter(colleague, town.staff.visitor("127.0.0.1"))
    visitor.post("/calls/start", {"form_key": f"call-{town.staff.now}"})
    return visitor


def answered(visitor: Visitor, method: str, path: str, key: str) -> tuple[int, str, str]:
    """Status, place and words of an answer, without what every answer has of its own."""
    answer = visitor.get(path) if method == "GET" else visitor.post(path, {"form_key": key})
    number = re.search(r"\d+", path)
    assert number is not None
    there = answer.headers.get("location", "")
    return answer.status_code, there.replace(number[0], "#"), _steady(answer, number[0])


def _steady(answer: httpx.Response, number: str = "") -> str:
    """The words of a page, without what each has of its own."""
    if "html" not in answer.headers.get("content-type", ""):
        return str(answer.headers.get("content-type", ""))
    words = CHANGING.sub("", answer.text)
    return (
        re.sub(rf"(/|世帯 |#answer-|#reason-){number}(?=[/\"?&< ])", r"\1#", words)
        if number
        else words
    )


@pytest.mark.parametrize("role", UNKNOWING)
def test_every_address_of_a_protected_family_answers_like_one_of_nobody(
    town: Town, role: Role
) -> None:
    colleague, different, absent_ones = town.staff.hire(role), [], 0
    visitor = at_site(town, colleague)
    for place, (method, there, nowhere) in enumerate(town.addresses(role)):
        if place % 8 == 0:  # before the twentieth key without a household in an hour
            town.staff.clock.advance(hours=1)
            visitor = at_site(town, colleague)
        protected = answered(visitor, method, there, f"{place}-there")
        absent = answered(visitor, method, nowhere, f"{place}-nowhere")
        absent_ones += absent[0] == 404
        if protected != absent:
            different.append(f"{method} {there} {protected[:2]} {absent[:2]}")
            pairs = zip(protected[2].splitlines(), absent[2].splitlines(), strict=False)
            different += [f"  {one} | {other}" for one, other in pairs if one != other][:2]
    assert not different, "\n".join(different)
    assert absent_ones >= NOT_THERE.get(role, 0)


def test_the_walk_meets_every_kind_of_thing(town: Town) -> None:
    assert {name for name, keys in town.keys.items() if not keys} == set()
    walked = {re.sub(r"\d+", "#", there) for _m, there, _n in town.addresses(Role.OFFICER)}
    assert len(walked) > 40


SUMS = {
    "/": "the sums of all children of the program, with its list",
    "/lock/open": "the same page, after the screen was unlocked",
    "/today": "the same sums, and how many families signed in",
    "/reports/costs": "households of the program, and what is paid by the piece",
    "/settlement": "every child of the contract stands in one of its sums",
    "/checklist": "how many IDs are in use",
}
"""Pages that count protected families among all others, and why."""


@pytest.mark.parametrize("role", UNKNOWING)
def test_no_page_changes_when_a_protected_family_is_there(
    sqlite_staff: StaffSite, role: Role
) -> None:
    """Neither a row nor a count: the site looks as if the family did not exist."""
    staff = sqlite_staff
    _something_of(staff, protected=False)
    visitor = staff.enter_as(role)
    pages = [
        path
        for method, path, access in routes()
        if method == "GET"
        and "{" not in path
        and access != "public"
        and allows(Permission(access), role, ROLES[role])
    ]
    before = {path: _words(visitor, path) for path in pages}
    _something_of(staff, protected=True)
    after = {path: _words(visitor, path) for path in pages if path not in SUMS}
    assert differing(after, before) == []


def _something_of(staff: StaffSite, *, protected: bool) -> None:
    person = staff.add_household(active=True, protected=protected)
    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        open_task(work, TaskKind.NEW_LETTER, person.household_id, {})
        code = "W01_PROTECTED" if protected else "W06_INSTITUTION"
        session.add(Hold(household_id=person.household_id, code=code, created_at=staff.now))


def _words(visitor: Visitor, path: str) -> str:
    answer = visitor.open(path)
    assert answer.status_code < 500, path
    return _steady(answer)
