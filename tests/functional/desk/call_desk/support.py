"""A desk with agents, callers and letters: what the tests of search and verification do most."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape

from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.shipments.models import Shipment
from portal.domain.people.authn import codes
from portal.domain.people.credentials.models import Credential
from tests.support.coupons import VAULT
from tests.support.people import CANARY_BIRTH, CANARY_NAME, Person, add_household
from tests.support.resident import NOON, Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

CHILD_BIRTH = date(2013, 5, 1)
POSTAL = "139-0001"
SAID = {
    "relation": "householder",
    "name": CANARY_NAME,
    "birth": CANARY_BIRTH.isoformat(),
    "postal": POSTAL,
}
"""What a former husband can say too."""
TRACKING = "13112383852"
"""A real tracking number's shape with its check digit (``domain.md`` §3.4)."""
MOBILE = "+819012345678"
CHANGING = re.compile(
    r'name="form_(?:token|key)" value="[^"]*"|<time datetime="PT.*?</time>|data-seconds="\d+"',
    re.DOTALL,
)


@dataclass
class Agent:
    """Somebody at the desk with a browser."""

    staff: StaffSite
    visitor: Visitor
    forms: int = 0

    def begin(self, **options: str) -> "Agent":
        """Begin a call."""
        self.visitor.get("/desk")
        self.visitor.send("/calls/start", {"form_key": self.key(), "language": "ja"} | options)
        return self

    def end(self) -> None:
        """End the call with a note."""
        page = self.visitor.open("/calls").text
        call_id = re.findall(r'name="call_id" value="(\d+)"', page)[0]
        self.visitor.send("/calls/hang-up", {"call_id": call_id, "form_key": self.key()})
        note = {
            "call_id": call_id,
            "category": "delivery/absent",
            "result": "done",
            "form_key": self.key(),
        }
        assert self.visitor.post("/calls/finish/submit", note).status_code == 303

    def key(self) -> str:
        """A form that was drawn anew."""
        self.forms += 1
        return f"form{self.forms}"

    def search(self, **typed: str) -> str:
        """Search; return the page where that ends."""
        return self.visitor.send("/desk/search", {"form_key": self.key()} | typed).text

    def verify(self, household_id: int, **said: str) -> int:
        """Type what the caller says; return the status."""
        form = {"form_key": self.key()} | (said or SAID)
        return self.visitor.post(f"/desk/{household_id}/verify", form).status_code

    def page(self, household_id: int) -> str:
        """The household's page."""
        return self.visitor.open(f"/desk/{household_id}").text


def agent(staff: StaffSite, role: Role = Role.AGENT) -> Agent:
    """Somebody new at the desk, without a call."""
    return Agent(staff, staff.enter_as(role))


def main_of(page: str) -> str:
    """The part of a page below the frame, without what changes from page to page."""
    return CHANGING.sub("", page.split('<main id="main"')[1].split("</main>", maxsplit=1)[0])


def steady(page: str) -> str:
    """A whole page without what changes from page to page."""
    return CHANGING.sub("", page)


def words(page: str) -> str:
    """What can be read on a page."""
    return unescape(re.sub(r"<[^>]+>", " ", page))


def household(staff: StaffSite, name: str, kana: str, **options: bool) -> int:
    """A household with names of its own; returns its key."""
    staff.people += 1
    with staff.database.write() as session:
        return add_household(
            session, VAULT, f"96{staff.people:08}", staff.now, name=name, kana=kana, **options
        )


def letter_of(staff: StaffSite, person: Person, state: str = "handed_over") -> str:
    """The household's letter goes to the post; returns its number."""
    number = new_letter_number()
    with staff.database.write() as session:
        run = PrintRun(
            kind="credential",
            planned=1,
            children=2,
            total_yen=60_000,
            folder="x",
            notice_date=NOON.date(),
            created_at=staff.now,
            state="handed_over",
        )
        session.add(run)
        session.flush()
        session.add(
            Letter(
                number=number,
                household_id=person.household_id,
                kind="credential",
                print_run_id=run.id,
                state=state,
                credential_id=person.credential_id,
                chunk_number=1,
                children=2,
                amount_yen=60_000,
                created_at=staff.now,
                printed_at=staff.now,
                handed_over_at=staff.now,
            )
        )
    return number


def posted(
    staff: StaffSite, person: Person, number: str, state: str = "posted", **facts: object
) -> None:
    """The post has the letter, and has told where it is."""
    with staff.database.write() as session:
        letter = session.query(Letter).filter_by(number=number).one()
        session.add(
            Shipment(
                kind="letter",
                household_id=person.household_id,
                letter_id=letter.id,
                state=state,
                mail_class="simple_registered",
                tracking_no=TRACKING,
                posted_on=NOON.date(),
                created_at=staff.now,
                changed_at=staff.now,
                **facts,
            )
        )


def enroll_telephone(staff: StaffSite, person: Person, number: str = MOBILE) -> None:
    """The household proved a telephone for its codes and signed in."""
    with staff.database.write() as session:
        row = codes.add_authenticator(
            work_in(session, now=staff.now), person.credential_id, "sms", number
        )
        row.state, row.confirmed_at = "confirmed", staff.now
        credential = session.get_one(Credential, person.credential_id)
        credential.state, credential.activated_at = "active", staff.now
