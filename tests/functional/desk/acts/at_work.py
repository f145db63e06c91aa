"""An agent at work on a call, from its beginning to what is written up."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.domain.contacts.calls import written
from portal.domain.contacts.calls.macros import Macro
from portal.domain.contacts.calls.models import Call
from tests.functional.desk.acts.support import Desk
from tests.functional.desk.acts.test_letters_and_paper import PAPER
from tests.support.coupons import VAULT
from tests.support.people import CANARY_BIRTH, CANARY_NAME, Person
from tests.support.reading.shown_form import shown_form

SUBMIT = "/calls/finish/submit"
SAID = {
    "relation": "householder",
    "name": CANARY_NAME,
    "birth": CANARY_BIRTH.isoformat(),
    "postal": "139-0001",
}


@dataclass
class AtWork:
    """An agent with a browser, who counts what they press to write a call up."""

    desk: Desk
    pressed: list[str] = field(default_factory=list)

    def begin(self, **options: str) -> None:
        """Take a call."""
        self.send("/calls/start", language="ja", **options)

    def send(self, path: str, **typed: str) -> str:
        """Send a form of a page."""
        return self.desk.visitor.send(path, typed | {"form_key": secrets.token_hex()}).text

    def find(self, person: Person) -> None:
        """Search a household by the number on its letter, and open it."""
        self.send("/desk/search", number=person.login_id)
        self.desk.visitor.open(f"/desk/{person.household_id}")

    def verify(self, person: Person, *, fully: bool = False) -> None:
        """Find the household and verify the caller."""
        self.find(person)
        self.send(f"/desk/{person.household_id}/verify", **SAID)
        if fully:
            place = f"/desk/{person.household_id}/verify"
            self.send(place, relation="householder", number=person.login_id)

    def f8(self) -> dict[str, str]:
        """End the conversation; return the form as it is shown."""
        self.pressed.append("F8")
        page = self.desk.visitor.get("/calls").text
        (call_id,) = set(re.findall(r'name="call_id" value="(\d+)"', page))
        self.desk.visitor.send("/calls/hang-up", {"call_id": call_id})
        return self.shown()

    def shown(self) -> dict[str, str]:
        """The after-call form as it stands."""
        return shown_form(self.desk.visitor.get("/calls/finish").text, SUBMIT)

    def write_up(self, macro: Macro | None = None, **changed: str) -> None:
        """Press the button, or that of a common call; nothing is typed unless it is named."""
        self.pressed.append(macro.value if macro else "button")
        button = {"macro": macro.value} if macro else {}
        answer = self.desk.visitor.post(SUBMIT, self.shown() | changed | button)
        assert answer.status_code == 303, answer.text

    def last(self) -> tuple[Call, Mapping[str, str]]:
        """The latest call with what was written about it."""
        with self.desk.staff.database.read() as session:
            call = session.query(Call).order_by(Call.id.desc()).first()
            assert call is not None
            session.expunge(call)
        return call, written.read_text(VAULT, call)


def ask_redelivery(one: AtWork) -> None:
    """A letter came back, and is to be posted once more."""
    person = one.desk.post.household()
    one.desk.post.come_back(person)
    one.begin()
    one.verify(person)
    assert one.desk.do(person, "redelivery", {"item": "letter"}).status_code == 200


def lose_the_letter(one: AtWork) -> None:
    """The letter is lost; a new one is ordered."""
    person = one.desk.post.household(active=True)
    one.begin()
    one.verify(person)
    assert one.desk.do(person, "new-letter").status_code == 200


def ask_for_paper(one: AtWork) -> None:
    """A verified caller asks for the paper alternative."""
    person = one.desk.post.household(active=True)
    one.desk.staff.give_coupons()
    one.begin()
    one.verify(person, fully=True)
    assert one.desk.do(person, "alternative", PAPER).status_code == 200


def decline(one: AtWork) -> None:
    """A verified caller is sent the form to decline with."""
    person = one.desk.post.household(active=True)
    one.begin()
    one.verify(person, fully=True)
    assert one.desk.do(person, "decline-form").status_code == 200


def ask_where_it_is(one: AtWork) -> None:
    """A verified caller asks where the letter is."""
    person = one.desk.post.household()
    one.begin()
    one.verify(person)


def cannot_get_a_code(one: AtWork) -> None:
    """A verified caller gets no one-time code."""
    person = one.desk.post.household(active=True)
    one.begin()
    one.verify(person)
