"""All pages of the staff site, for all roles: a family that is shown is on record, each time."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from admin.app import make_staff_site
from portal.app import make_resident_site
from portal.domain.desk.casework.masking import mask_name
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.looks import VIEWED, named_households
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_households
from portal.platform.database import Database, make_engine
from portal.platform.migrations import upgrade_tables
from portal.settings import Settings
from tests.functional.people.admin.test_looks import opened
from tests.support.databases.stored import FOLDER, Stored, stored
from tests.support.people import Person
from tests.support.reading import pdf
from tests.support.resident import Loop, Visitor, make_resident
from tests.support.staff import StaffSite, make_staff
from tests.support.work import work_in

pytestmark = pytest.mark.matrix

LINK = re.compile(r'(?:href|data-hx-get|src)="(/[^"#]*)"')
EACH = 3
"""So many pages of each route are opened."""


@dataclass
class Played:
    """The staff site on a database in which everything was played once."""

    staff: StaffSite
    texts: dict[str, set[int]] = field(default_factory=dict)
    last: int = 0

    def new_looks(self) -> list[AuditEvent]:
        """What was recorded since this was asked for last."""
        with self.staff.database.read() as session:
            new = select(AuditEvent).where(AuditEvent.id > self.last, AuditEvent.action == VIEWED)
            found = list(session.scalars(new.order_by(AuditEvent.id)))
            session.expunge_all()
        self.last = max([self.last, *(event.id for event in found)])
        return found


def settings_of(kept: Stored, folder: Path, url: str) -> Settings:
    """The settings of both sites on a database in which everything was played."""
    return Settings(
        program="demo",
        data_dir=folder,
        key_dir=FOLDER / kept.version / "keys",
        environment="test",
        public_url="http://127.0.0.1",
        admin_url="http://127.0.0.1",
        database_url=url,
    )


@pytest.fixture
def played(tmp_path: Path, background_loop: Loop) -> Iterator[Played]:
    kept = stored("0.1.0", "sqlite")
    url = f"sqlite:///{tmp_path}/played.sqlite3"
    kept.restore(url)
    engine = make_engine(url)
    upgrade_tables(engine)
    site = make_staff_site(settings_of(kept, tmp_path, url), engine=engine)
    now = kept.now + timedelta(hours=1)
    made = Played(make_staff(site, Database(engine), background_loop, tmp_path, now))
    with made.staff.database.read() as session:
        work = work_in(session, vault=kept.vault)
        for view in view_households(work, session.scalars(select(Household.id))):
            fields = view.fields
            children = [name for c in view.children for name in (c.fields.name, c.fields.kana)]
            for said in (fields.name, fields.kana, *children):
                if said and len(said.replace("　", "")) > 3:
                    made.texts.setdefault(said, set()).add(view.id)
                    made.texts.setdefault(mask_name(said), set()).add(view.id)
    yield made
    engine.dispose()


def crawl(
    visitor: Visitor, starts: list[str], papers: list[bytes] | None = None
) -> Iterator[tuple[str, str]]:
    """Every page that links lead to, a few of each route: its address and its text.

    PDFs on the way are put into ``papers``.
    """
    waiting, seen, of_route = list(starts), set(starts), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        page = visitor.get(path)
        if papers is not None and page.content.startswith(b"%PDF"):
            papers.append(page.content)
        if "html" not in page.headers.get("content-type", ""):
            continue
        if page.status_code == 200:
            yield path, page.text
        for link in LINK.findall(page.text):
            address = link.replace("&amp;", "&")
            route = re.sub(r"\d+", "N", urlsplit(address).path)
            if address in seen or "lang=" in address or of_route[route] >= EACH:
                continue
            of_route[route] += 1
            seen.add(address)
            waiting.append(address)


def test_every_family_on_every_page_for_every_role_is_on_record(played: Played) -> None:
    shown = Counter[str]()
    unrecorded: set[str] = set()
    with played.staff.database.read() as session:
        keys = list(session.scalars(select(Household.id).where(~Household.protected).limit(3)))
        hidden = list(session.scalars(select(Household.id).where(Household.protected).limit(1)))
    for role in Role:
        if role in {Role.RESIDENT, Role.SYSTEM}:
            continue
        here = played.staff.visitor("127.0.0.1")  # the demo's sites have networks of their own
        visitor = played.staff.enter(played.staff.hire(role), here)
        starts = ["/"]
        if role in {Role.OFFICER, Role.WARD_OFFICER}:
            wanted = keys + (hidden if role is Role.WARD_OFFICER else [])
            for key in wanted:
                opened(visitor, key)
            starts += [f"/households/{key}" for key in wanted]
        played.new_looks()
        for path, page in crawl(visitor, starts):
            looks = played.new_looks()
            named = {key for event in looks for key in named_households(event.detail)}
            # the test addresses of staff are sealed as well; one of them has a family's name
            records = " ".join(event.detail.get("records", "") for event in looks).split()
            of_staff = any(record.startswith("test_address:") for record in records)
            said = [text for text in played.texts if text in page]
            if said:
                shown[re.sub(r"\d+", "N", urlsplit(path).path)] += 1
            # a family's page also says which of its children moved to another family
            its_own = {int(key) for key in re.findall(r"/households/(\d+)", path)}
            if not of_staff and not all(named & (played.texts[text] | its_own) for text in said):
                unrecorded.add(f"{role.value}: {path} {said}")
    assert not unrecorded
    assert len(shown) >= 5, shown


WATCHER = "mihari-4711"


def test_no_page_of_a_family_and_no_paper_for_one_tells_who_looked(played: Played) -> None:
    """In a family with violence it would tell the wrong person."""
    staff = played.staff
    with staff.database.read() as session:
        active = select(Credential.household_id, Credential.id).where(Credential.state == "active")
        people = [Person(home, key, "", "") for home, key in session.execute(active.limit(2))]
    assert people
    watcher = staff.enter(staff.hire(Role.OFFICER, WATCHER), staff.visitor("127.0.0.1"))
    for person in people:
        opened(watcher, person.household_id)
        watcher.open(f"/households/{person.household_id}")
    looks = [event for event in played.new_looks() if named_households(event.detail)]
    assert {key for event in looks for key in named_households(event.detail)} >= {
        person.household_id for person in people
    }
    pages, papers = 0, list[bytes]()
    settings = settings_of(stored("0.1.0", "sqlite"), staff.folder, str(staff.database.engine.url))
    site = make_resident_site(settings, engine=staff.database.engine)
    resident = make_resident(site, staff.database, staff.loop, staff.folder, staff.now)
    for person in people:
        family = resident.enter(person, resident.visitor("127.0.0.1"))
        for path, text in crawl(family, ["/home", "/", "/account"], papers):
            pages += 1
            assert WATCHER not in text, path
    for role in (Role.OFFICER, Role.WARD_OFFICER, Role.AGENT):
        visitor = staff.enter(staff.hire(role), staff.visitor("127.0.0.1"))
        for _ in crawl(visitor, ["/"], papers):
            pass
    assert (pages > 10, len(papers) > 3) == (True, True), (pages, len(papers))
    for paper in papers:
        assert WATCHER not in "".join(pdf.text(paper))
