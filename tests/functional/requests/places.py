"""What every place of every kind of request shows.

Pages, documents and exports, each reduced to its text.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.domain.contacts.calls.levels import Level
from portal.domain.foundation.actors import Role
from portal.domain.oversight.export.answers import write_answers
from portal.domain.oversight.export.writing import Folder
from portal.domain.people.households.records import ChildFields
from portal.domain.people.tasks.models import Task
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives.written import CallTime, PaperWish, SayWho, WhyPaper
from portal.domain.requests.declines.written import DeclineNote, WhyDecline
from portal.domain.requests.recipients.newcomer import HandOver, Newcomer
from portal.domain.requests.recipients.written import AdditionNote, ChangeNote, Evidence
from portal.domain.requests.redeliveries.written import Wish
from portal.domain.requests.requests.fields import Field, Place
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from tests.functional.desk.acts.support import make_desk
from tests.functional.requests.admin.entries import CARD, PAPER, enter
from tests.support.reading import pdf
from tests.support.resident import Resident, Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

NEWCOMER = Newcomer(
    None,
    HandOver.ADDRESS,
    number="世帯１２３",
    person_no="宛名４５６",
    name="鷺沼　千鶴",
    kana="サギヌマ　チヅル",
    birth=date(1985, 4, 6),
    postal_code="1390009",
    town="若葉台九丁目",
    street="８８番６６号",
    building="ひなげし荘２０２号室",
)
SAMPLES: Mapping[RequestKind, Any] = {
    RequestKind.DECLINE: DeclineNote(WhyDecline.MOVING, "辞退の文面", "0312345678"),
    RequestKind.ALTERNATIVE: PaperWish(
        WhyPaper.DISABILITY, "紙の文面", "0312345678", CallTime.AFTERNOON, SayWho.NO
    ),
    RequestKind.REDELIVERY: Wish(
        "鷺沢　茜", date(1983, 11, 2), "1390001", "M123456786", "0312345678"
    ),
    RequestKind.RECIPIENT_CHANGE: ChangeNote(NEWCOMER, Evidence.MEDIATION, "調停調書の写し"),
    RequestKind.ADDITION: AdditionNote(
        NEWCOMER, (ChildFields("p777", "鷺沼　小夜", "サギヌマ　サヨ", date(2023, 1, 9)),)
    ),
}
"""A record of each kind with every field filled; none of its words stands on any page by itself."""
CONTROLS = {
    (RequestKind.REDELIVERY, "birth"): "year",
    (RequestKind.ADDITION, "children"): "child1_name",
}
"""Fields that a page asks for in parts, by the name of one part; others bear their own name."""
ASKS = frozenset({Place.PAGE, Place.ENTRY, Place.CALL})


@dataclass(frozen=True)
class Shown:
    """What a place shows, and how a field is found there."""

    place: Place
    text: str

    def has(self, kind: RequestKind, field: Field) -> bool:
        """Tell whether the field is asked for here, or what was written in it stands here."""
        if self.place in ASKS:
            last = field.name.rpartition(".")[2]
            return f'name="{CONTROLS.get((kind, field.name), last)}"' in self.text
        if self.place is Place.BLANK:
            return (field.printed or field.label()) in self.text
        if self.place is Place.EXPORT:
            return f'"{kind.value}.{field.name}"' in self.text
        return field.type.text(field.value(SAMPLES[kind])) in self.text


def missing(
    kind: RequestKind, fields: tuple[Field, ...], shown: Mapping[Place, str]
) -> Iterator[tuple[str, Place]]:
    """Yield each field with each place that should have it and does not."""
    for field in fields:
        for place in Place:
            if field.asked_at(place) and not (
                place in shown and Shown(place, shown[place]).has(kind, field)
            ):
                yield field.name, place


@dataclass
class Walk:
    """Both sites on one database, with a household with coupons that may choose paper."""

    resident: Resident
    staff: StaffSite
    folder: Path

    def places(self, kind: RequestKind) -> dict[Place, str]:
        """Go everywhere with a request of the kind."""
        go: Mapping[RequestKind, Callable[[], dict[Place, str]]] = {
            RequestKind.DECLINE: self._decline,
            RequestKind.ALTERNATIVE: self._alternative,
            RequestKind.REDELIVERY: self._redelivery,
            RequestKind.RECIPIENT_CHANGE: self._change,
            RequestKind.ADDITION: self._addition,
        }
        return go[kind]() | {Place.EXPORT: self._export()}

    def typed(self, kind: RequestKind, place: Place) -> dict[str, str]:
        """Return the sample as somebody types it on a page."""
        stored = kind_of(kind).written.seal(SAMPLES[kind])
        return {one.name: str(stored[one.name]) for one in kind_of(kind).written.asked(place)}

    def __post_init__(self) -> None:
        self.person, self.desk = self.resident.add(active=True), make_desk(self.staff)
        self.caller = self.desk.post.household(active=True)
        self.on_paper = self.desk.post.household()
        self.resident.give_coupons()

    def _decline(self) -> dict[Place, str]:
        kind, visitor = RequestKind.DECLINE, self.resident.enter(self.person)
        shown = {Place.PAGE: visitor.open("/decline/choose").text}
        typed = {"who": "all", **self.typed(kind, Place.PAGE)}
        shown[Place.CHECK] = visitor.send("/decline/choose/submit", typed).text
        visitor.send("/decline/check/submit")
        code = {"code": self.person.totp(self.resident.now), "form_key": "k"}
        shown[Place.RECEIPT] = visitor.send("/decline/code/submit", code).text
        shown[Place.PDF] = self._receipt(visitor)
        shown[Place.BLANK] = words(visitor.get("/decline/form.pdf").content)
        return shown | self._on_paper(kind, {})

    def _alternative(self) -> dict[Place, str]:
        kind, visitor = RequestKind.ALTERNATIVE, self.resident.enter(self.person)
        visitor.open("/alternative")
        shown = {Place.PAGE: visitor.open("/alternative/choose").text}
        wish = {"child_1": "1", "product": "gift_card", **self.typed(kind, Place.PAGE)}
        shown[Place.CHECK] = visitor.send("/alternative/choose/submit", wish).text
        shown[Place.RECEIPT] = visitor.send("/alternative/check/submit", {"form_key": "k"}).text
        shown[Place.PDF] = self._receipt(visitor)
        shown[Place.BLANK] = words(visitor.get("/alternative/form.pdf").content)
        self.desk.in_call(self.caller, Level.ACT)
        shown[Place.CALL] = self.desk.open(self.caller, "alternative").text
        return shown | self._on_paper(kind, CARD)

    def _redelivery(self) -> dict[Place, str]:
        kind, visitor = RequestKind.REDELIVERY, self.resident.visitor()
        shown = {Place.PAGE: visitor.open("/redelivery").text}
        birth = {"era": "昭和", "year": "58", "month": "11", "day": "2"}
        typed = {**self.typed(kind, Place.PAGE), **birth, "form_key": "k"}
        answer = visitor.send("/redelivery/submit", typed)
        assert answer.status_code == 200, answer.text
        shown[Place.REVIEW] = self._review(self._last(), Role.WARD_OFFICER)
        shown[Place.BLANK] = words(visitor.get("/redelivery/form.pdf").content)
        own = self._on_paper(kind, {"item": "letter"})
        return shown | {place: own[place] for place in (Place.ENTRY, Place.DIAL)}

    def _change(self) -> dict[Place, str]:
        officer = enter(self.staff, self.person)
        page = f"/households/{self.person.household_id}/change-recipient"
        shown = {Place.ENTRY: officer.open(page).text}
        typed = newcomer_typed() | {"child-1": "1", "channel": "post", "form_key": "k"}
        typed |= {"evidence": "mediation", "words": "調停調書の写し"}
        assert officer.post(page + "/submit", typed).status_code == 303
        shown[Place.REVIEW] = self._review(self._last(), Role.WARD_OFFICER)
        shown[Place.BLANK] = words(officer.get("/recipients/change-form.pdf").content)
        return shown

    def _addition(self) -> dict[Place, str]:
        officer = self.staff.enter_as(Role.OFFICER)
        shown = {Place.ENTRY: officer.open("/recipients/add").text}
        child = {
            "child1_name": "鷺沼　小夜",
            "child1_kana": "サギヌマ　サヨ",
            "child1_birth": "2023-01-09",
            "child1_person_no": "p777",
        }
        order = {"instruction_no": "指示第12号", "instruction_date": "令和5年7月28日"}
        typed = newcomer_typed() | child | order | {"form_key": "k"}
        assert officer.post("/recipients/add/submit", typed).status_code == 303
        return shown | {Place.REVIEW: self._review(self._last(), Role.WARD_OFFICER)}

    def _on_paper(self, kind: RequestKind, more: Mapping[str, str]) -> dict[Place, str]:
        """Enter a form of a household that is reached by a call only; review it, and call."""
        officer = enter(self.staff, self.on_paper)
        page = f"/households/{self.on_paper.household_id}/entry/{kind.value}/fax"
        shown = {Place.ENTRY: officer.open(page).text}
        typed = {**PAPER, **more, **self.typed(kind, Place.ENTRY)}
        answer = officer.send(page + "/submit", typed)
        assert "/entries/" in officer.place, answer.text
        shown[Place.REVIEW] = self._review(self._last(), Role.OFFICER)
        with self.staff.database.read() as session:
            task = session.scalars(select(Task.id).where(Task.kind == "call_back")).one()
        agent = self.staff.enter_as(Role.AGENT)
        agent.open(f"/call-backs/{task}")
        shown[Place.DIAL] = agent.send(f"/call-backs/{task}/start").text
        return shown

    def _last(self) -> int:
        with self.staff.database.read() as session:
            return session.scalars(select(Request.id).order_by(Request.id.desc()).limit(1)).one()

    def _review(self, request_id: int, role: Role) -> str:
        reviewer = self.staff.enter_as(role)
        reviewer.open(f"/reviews/{request_id}")
        return reviewer.send(f"/reviews/{request_id}/claim").text

    def _receipt(self, visitor: Visitor) -> str:
        number = visitor.place.rsplit("/", 1)[1]
        return words(visitor.get(f"/requests/{number}/receipt.pdf").content)

    def _export(self) -> str:
        with self.staff.database.read() as session:
            write_answers(work_in(session), Folder(self.folder), with_protected=False)
        listed = json.loads((self.folder / "ledgers/answers_statistics.json").read_text("utf-8"))
        return json.dumps([f"{one['kind']}.{one['field']}" for one in listed])


def newcomer_typed() -> dict[str, str]:
    """Return the new recipient as staff type it."""
    names = ("number", "person_no", "name", "kana", "postal_code", "town", "street", "building")
    return {name: getattr(NEWCOMER, name) for name in names} | {
        "hand_over": "address",
        "birth": "1985-04-06",
    }


def words(document: bytes) -> str:
    """Return the text of a document without its line breaks."""
    return "".join(pdf.text(document)).replace("\r", "").replace("\n", "")
