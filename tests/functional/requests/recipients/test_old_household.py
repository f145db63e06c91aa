"""What the old household, and whoever answers its calls, learns of a change of recipient.

"under confirmation", no more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.sealing import Sealer
from portal.domain.foundation.audit.verifying import verify
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.letters.models import Letter, LetterOrder
from portal.domain.oversight.auditing.extract import Order, draw
from portal.domain.oversight.auditing.reserved import Reserved
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.recipients import changes
from portal.domain.requests.recipients.written import ChangeNote, Evidence
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from portal.platform.site import Site
from tests.functional.requests.recipients.support import (
    NEW_NAME,
    NEW_STREET,
    NEW_TOWN,
    NEWCOMER,
    staff_member,
)
from tests.support.people import CANARY_CHILDREN, Person
from tests.support.resident import Loop, Resident, Visitor, make_resident
from tests.support.staff import StaffSite, make_staff
from tests.support.work import source_of, work_in

CHANGING = re.compile(r'(name="(form_token|form_key)" value=")[^"]*')
REQUEST_NUMBER = re.compile(r"\b\d{4}-\d{4}-\d{4}\b")
SECRETS = (NEW_NAME, "鷺沼", NEW_TOWN, NEW_STREET, "ひなげし荘", "サギヌマ")


@dataclass
class Sites:
    """Both sites on one database, with a household of two children, whose coupons were shown."""

    resident: Resident
    staff: StaffSite
    person: Person
    family: Visitor

    def change(self, **more: Any) -> Request:
        """A contractor's officer enters the change for the second child."""
        officer = staff_member(
            self.resident.database, "enters", Organization.CONTRACTOR, Role.OFFICER
        )
        with self.resident.database.write() as session:
            return changes.submit(
                work_in(session, officer, self.resident.now, program=self.resident.site.program),
                changes.ChangeEntry(
                    self.person.household_id,
                    (2,),
                    ChangeNote(NEWCOMER, Evidence.PROTECTION_ORDER),
                    **more,
                ),
            )

    def accept(self, row: Request) -> Request:
        """The ward accepts it; the old household signs in again, for all its sign-ins end."""
        ward = staff_member(self.resident.database, "accepts", Organization.WARD, Role.WARD_OFFICER)
        with self.resident.database.write() as session:
            version = session.get_one(Request, row.id).version
            program = self.resident.site.program
            decided = decide(
                work_in(session, ward, self.resident.now, program=program),
                kind_of(row.kind),
                row.id,
                version,
                Decided("accept"),
            )
        self.resident.enter(self.person, self.family)
        return decided

    def extract(self, *reserved: Reserved) -> list[Sequence[str | int]]:
        """What an extract of operations says that anybody but the family did."""
        clock, database = self.resident.clock, self.resident.database
        sealer = Sealer(source_of(database, clock))
        while sealer.step():
            pass
        order = Order(f"#{self.person.household_id}", frozenset(reserved), "6汐子第8号")
        with database.write() as session:
            ward = Actor(Role.WARD_OFFICER, 901, Organization.WARD)
            work = work_in(session, ward, clock.instant)
            report = draw(work, order, 902, verify(session, work.now, {}))
        return [row for row in report.tables[0].rows if row[2] != "ご家族"]

    def sent(self) -> list[int]:
        """How many messages, announcements, letters and orders of one the old household has."""
        of = self.person.household_id
        with self.resident.database.read() as session:
            return [
                session.scalar(select(func.count()).where(model.household_id == of)) or 0
                for model in (OutboxMessage, Announcement, Letter, LetterOrder)
            ]

    def pages(self) -> dict[str, str]:
        """Every page of the old household about its children, without what differs each time."""
        paths = (
            "/home",
            "/requests",
            "/decline",
            "/decline/choose",
            "/alternative",
            "/account",
            "/redelivery/own",
            "/coupon/1",
            "/coupon/2",
        )
        return {path: CHANGING.sub(r"\1", self.family.open(path).text) for path in paths}


@pytest.fixture
def sites(
    resident_base: Site,
    staff_base: Site,
    sqlite_database: Database,
    background_loop: Loop,
    tmp_path: Path,
) -> Sites:
    resident = make_resident(resident_base, sqlite_database, background_loop, tmp_path)
    person = resident.add(active=True)
    resident.give_coupons()
    family = resident.enter(person)
    for ordinal in (1, 2):
        family.open("/home")
        assert family.send(f"/coupon/{ordinal}/reveal").status_code == 200
    return Sites(
        resident, make_staff(staff_base, sqlite_database, background_loop, tmp_path), person, family
    )


def test_the_old_household_reads_the_same_before_and_after_the_child_went(sites: Sites) -> None:
    row = sites.change()
    waiting = sites.pages()
    done = sites.accept(row)
    assert done.result == "accepted"
    gone = sites.pages()
    assert waiting["/home"] == gone["/home"]
    assert waiting["/home"].count("確認中です") == 1
    assert CANARY_CHILDREN[1][0] in gone["/home"]
    assert "クーポンを表示する" in gone["/home"]
    assert waiting["/coupon/2"] == gone["/coupon/2"] == waiting["/home"]
    for pages in (waiting, gone):
        for path, text in pages.items():
            assert not [word for word in (*SECRETS, "支給先", row.receipt_no) if word in text], path
            assert "別の申請" not in text, path
    assert sites.family.get(f"/requests/{row.receipt_no}").status_code == 404
    assert sites.family.get(f"/requests/{row.receipt_no}/receipt.pdf").status_code == 404


def test_the_old_household_cannot_show_or_ask_anything_for_that_child(sites: Sites) -> None:
    row = sites.change()
    hidden = sites.family.post("/coupon/2/reveal")
    sites.accept(row)
    gone = sites.family.post("/coupon/2/reveal")
    strip = [REQUEST_NUMBER.sub("", CHANGING.sub(r"\1", answer.text)) for answer in (hidden, gone)]
    assert hidden.status_code == gone.status_code
    assert strip[0] == strip[1]
    assert "いま表示できません" in strip[0]


def test_nothing_is_sent_to_the_old_household(sites: Sites) -> None:
    """Neither a message nor a card nor a letter tells of the change."""
    before = sites.sent()
    sites.accept(sites.change())
    assert sites.sent() == before


def open_household(staff: StaffSite, role: Role, household_id: int) -> str:
    visitor = staff.enter(staff.hire(role))
    visitor.get(f"/households/{household_id}/reason")
    return visitor.send(
        f"/households/{household_id}/reason/submit", {"reason": "inquiry", "form_key": "k"}
    ).text


def test_the_contractor_reads_of_the_child_what_the_householder_reads(sites: Sites) -> None:
    row = sites.change()
    waiting = open_household(sites.staff, Role.OFFICER, sites.person.household_id)
    done = sites.accept(row)
    text = open_household(sites.staff, Role.OFFICER, sites.person.household_id)
    for page in (waiting, text):
        assert "確認中" in page
        assert not [
            word
            for word in (*SECRETS, row.receipt_no, "一時停止", "無効化", "別の世帯に移った")
            if word in page
        ]
    assert f"/households/{done.household_id}" not in text
    assert done.household_id is not None
    assert "支給先の変更で移ってきた" not in open_household(
        sites.staff, Role.OFFICER, done.household_id
    )
    assert "支給先の変更で移ってきた" in open_household(
        sites.staff, Role.WARD_OFFICER, done.household_id
    )
    of_ward = open_household(sites.staff, Role.WARD_OFFICER, sites.person.household_id)
    assert "別の世帯に移った" in of_ward
    assert f'href="/households/{done.household_id}"' in of_ward


def test_search_finds_the_child_with_its_new_recipient_only(sites: Sites) -> None:
    done = sites.accept(sites.change())
    found = sites.staff.enter(sites.staff.hire(Role.OFFICER))
    text = found.send("/households/search", {"name": CANARY_CHILDREN[1][0]}).text
    assert f"/households/{done.household_id}" in text
    assert f"/households/{sites.person.household_id}" not in text


def test_an_extract_for_the_old_household_says_nothing_that_it_did_not_say_before(
    sites: Sites,
) -> None:
    """Who asks for it is the former husband, and a suspended coupon has a day."""
    before = sites.extract()
    sites.resident.clock.instant += timedelta(minutes=5)
    row = sites.change()
    sites.resident.clock.instant += timedelta(minutes=5)
    sites.accept(row)
    assert sites.extract() == before
    assert len(sites.extract(Reserved.RECIPIENTS)) > len(before)
