"""The new recipient as typed by staff: checked, sealed in the request, stored once accepted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed import postal_code, whole_date
from portal.domain.people.households.records import ChildFields, HouseholdFields


class HandOver(Labeled):
    """How a recipient gets the letter; ``PROTECTED``: visible to the ward only."""

    ADDRESS = "address", lambda: _s("住所に郵送する")
    COUNTER = "counter", lambda: _s("住所を使わず、区の窓口で渡す")
    PROTECTED = "protected", lambda: _s("支援措置の対象として、区の窓口で渡す")


ADDRESS, COUNTER, PROTECTED = HAND_OVERS = (
    HandOver.ADDRESS,
    HandOver.COUNTER,
    HandOver.PROTECTED,
)
TEXT_MAX = 120


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A recipient: an existing household (``household_id``), or the typed fields of a new one."""

    household_id: int | None
    hand_over: HandOver
    number: str = ""
    person_no: str = ""
    name: str = ""
    kana: str = ""
    birth: date | None = None
    postal_code: str = ""
    town: str = ""
    street: str = ""
    building: str = ""

    def __repr__(self) -> str:
        """Show nothing personal."""
        return "Newcomer(…)"

    def plain(self) -> dict[str, Any]:
        """Return what is sealed."""
        return asdict(self) | {
            "birth": self.birth.isoformat() if self.birth else None,
            "hand_over": self.hand_over.value,
        }

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "Newcomer":
        """Read what was sealed."""
        birth = values["birth"]
        read = {
            "birth": date.fromisoformat(birth) if birth else None,
            "hand_over": HandOver(values["hand_over"]),
        }
        return cls(**(dict(values) | read))

    def fields(self, receipt_no: str) -> HouseholdFields:
        """Return the fields to store.

        A household without a number of the ward is known by the receipt number.
        """
        return HouseholdFields(
            self.number or f"指示{receipt_no}",
            self.person_no,
            self.name,
            self.kana,
            self.birth,
            self.postal_code,
            self.town,
            self.street,
            self.building,
        )


_PLACE = ("postal_code", "town", "street", "building")
_TEXTS = ("number", "person_no", "name", "kana", *_PLACE)
Fault = tuple[str, str]
"""A field of the form and the sentence to show beside it."""


def faults_of(typed: Mapping[str, str], actor: Actor) -> list[Fault]:
    """Return everything that is missing or cannot be read in the fields of a new recipient."""
    hand_over = typed.get("hand_over", "")
    found = [_too_long(name) for name in _TEXTS if len(typed.get(name, "").strip()) > TEXT_MAX]
    if HandOver.known(hand_over) is None:
        found.append(("hand_over", _s("お渡しの方法を選んでください。")))
    if hand_over == PROTECTED and not of_ward(actor):
        found.append(("hand_over", _s("支援措置の対象にできるのは、区の職員だけです。")))
    if not typed.get("name", "").strip():
        found.append(("name", _s("受け取る人の名前を入力してください。")))
    if not isinstance(whole_date(typed.get("birth", "")), date):
        found.append(_no_birth("birth"))
    if hand_over == ADDRESS:
        if postal_code(typed.get("postal_code", "")) is None:
            sentence = _s("郵便番号は、7けたの数字で入力してください。例：123-4567")
            found.append(("postal_code", sentence))
        if not typed.get("town", "").strip():
            found.append(("town", _s("町名を入力してください。")))
        if not typed.get("street", "").strip():
            found.append(("street", _s("番地を入力してください。")))
    return found


def read_newcomer(typed: Mapping[str, str], household_id: int | None, actor: Actor) -> Newcomer:
    """Read the fields of a form. An address is kept only where the letter goes there.

    Raises:
        InputError: a field is missing or cannot be read (``faults_of`` says all of them); ``code``
            names the field.
    """
    if household_id is not None:
        return Newcomer(household_id, ADDRESS)
    _refuse(faults_of(typed, actor))
    values = {name: typed.get(name, "").strip() for name in _TEXTS}
    hand_over = HandOver(typed["hand_over"])
    kept = {"postal_code": postal_code(values["postal_code"]) or ""}
    address = kept if hand_over == ADDRESS else dict.fromkeys(_PLACE, "")
    birth = whole_date(typed["birth"])
    return Newcomer(
        None, hand_over, birth=birth if isinstance(birth, date) else None, **(values | address)
    )


def child_faults(typed: Mapping[str, str], place: int) -> list[Fault]:
    """Return everything that is missing or unreadable of the child in a place of the form."""
    said = _child(typed, place)
    if not any(said.values()):
        return []
    found = [
        _too_long(f"child{place}_{name}") for name, value in said.items() if len(value) > TEXT_MAX
    ]
    if not said["name"]:
        found.append((f"child{place}_name", _s("こどもの名前を入力してください。")))
    if not isinstance(whole_date(said["birth"]), date):
        found.append(_no_birth(f"child{place}_birth"))
    return found


def read_child(typed: Mapping[str, str], place: int) -> ChildFields | None:
    """Read the fields of the child in a place of the form (from 1); None where nothing was typed.

    Raises:
        InputError: a field is missing or cannot be read; ``code`` names the field.
    """
    said = _child(typed, place)
    if not any(said.values()):
        return None
    _refuse(child_faults(typed, place))
    birth = whole_date(said["birth"])
    return ChildFields(
        said["person_no"], said["name"], said["kana"], birth if isinstance(birth, date) else None
    )


def _child(typed: Mapping[str, str], place: int) -> dict[str, str]:
    names = ("person_no", "name", "kana", "birth")
    return {name: typed.get(f"child{place}_{name}", "").strip() for name in names}


def _too_long(field: str) -> Fault:
    return field, _s("120文字までで入力してください。")


def _no_birth(field: str) -> Fault:
    return field, _s("生年月日は、1985-03-09 か 昭和60年3月9日 のように入力してください。")


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InputError(faults[0][1], code=faults[0][0])


def plain_child(fields: ChildFields) -> dict[str, Any]:
    """Return what is sealed of a child."""
    return {
        "person_no": fields.person_no,
        "name": fields.name,
        "kana": fields.kana,
        "birth": fields.birth.isoformat() if fields.birth else None,
    }


def child_from_plain(values: Mapping[str, Any]) -> ChildFields:
    """Read what was sealed of a child."""
    birth = values["birth"]
    return ChildFields(
        values["person_no"],
        values["name"],
        values["kana"],
        date.fromisoformat(birth) if birth else None,
    )


def is_for_ward(newcomer: Newcomer, actor: Actor) -> bool:
    """Tell whether a change of recipient is the ward's alone because the contractor typed a number.

    Its household may be there, and protected. What becomes of the entry would tell the contractor
    so; hence all entries with a number, also of nobody, become theirs who may know (decision 98).
    """
    return bool(newcomer.number) and not of_ward(actor)


def of_ward(actor: Actor) -> bool:
    """Tell whether an actor is a person of the ward who decides."""
    return actor.organization is Organization.WARD and actor.role is Role.WARD_OFFICER
