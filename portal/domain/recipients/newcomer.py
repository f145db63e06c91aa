"""The new recipient as staff typed it: checked, sealed in the request, and stored as a household once confirmed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from portal.domain.actors import Actor, Organization, Role
from portal.domain.errors import InputError
from portal.domain.households.records import ChildFields, HouseholdFields
from portal.domain.texts import _s
from portal.domain.typed import postal_code, whole_date

ADDRESS, COUNTER, PROTECTED = HAND_OVERS = ("address", "counter", "protected")
"""By letter to an address; at the ward's counter; at the counter, and nobody outside the ward may know of it."""
TEXT_MAX = 120


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A recipient: an existing household (``household_id``), or the fields of a new one as typed."""

    household_id: int | None
    hand_over: str
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
        return asdict(self) | {"birth": self.birth.isoformat() if self.birth else None}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "Newcomer":
        """Read what was sealed."""
        birth = values["birth"]
        return cls(**(dict(values) | {"birth": date.fromisoformat(birth) if birth else None}))

    def fields(self, receipt_no: str) -> HouseholdFields:
        """Return the fields to store; a household without a number of the ward is known by the receipt number."""
        return HouseholdFields(
            self.number or f"指示{receipt_no}", self.person_no, self.name, self.kana, self.birth, self.postal_code,
            self.town, self.street, self.building,
        )  # fmt: skip


def read_newcomer(typed: Mapping[str, str], household_id: int | None, actor: Actor) -> Newcomer:
    """Read the fields of a form.

    Raises:
        InputError: a field is missing or cannot be read; ``code`` names the field.
    """
    if household_id is not None:
        return Newcomer(household_id, ADDRESS)
    values = {name: typed.get(name, "").strip() for name in _TEXTS}
    hand_over = typed.get("hand_over", "")
    for name, value in values.items():
        if len(value) > TEXT_MAX:
            raise InputError(_s("120文字までで入力してください。"), code=name)
    if hand_over not in HAND_OVERS:
        raise InputError(_s("お渡しの方法を選んでください。"), code="hand_over")
    if hand_over == PROTECTED and not of_ward(actor):
        raise InputError(_s("支援措置の対象にできるのは、区の職員だけです。"), code="hand_over")
    if not values["name"]:
        raise InputError(_s("受け取る人の名前を入力してください。"), code="name")
    birth = _birth(typed.get("birth", ""), "birth")
    address = dict.fromkeys(_PLACE, "") if hand_over != ADDRESS else _address(values)
    return Newcomer(None, hand_over, birth=birth, **(values | address))


def _birth(typed: str, field: str) -> date:
    birth = whole_date(typed)
    if not isinstance(birth, date):
        raise InputError(
            _s("生年月日は、1985-03-09 か 昭和60年3月9日 のように入力してください。"), code=field
        )
    return birth


def _address(values: Mapping[str, str]) -> dict[str, str]:
    code = postal_code(values["postal_code"])
    if code is None:
        raise InputError(_s("郵便番号は、7けたの数字で入力してください。例：123-4567"), code="postal_code")
    if not values["town"]:
        raise InputError(_s("町名を入力してください。"), code="town")
    if not values["street"]:
        raise InputError(_s("番地を入力してください。"), code="street")
    return {name: values[name] for name in _PLACE} | {"postal_code": code}


_PLACE = ("postal_code", "town", "street", "building")
_TEXTS = ("number", "person_no", "name", "kana", *_PLACE)


def read_child(typed: Mapping[str, str], place: int) -> ChildFields | None:
    """Read the fields of the child in a place of the form (from 1); None where nothing was typed.

    Raises:
        InputError: a field is missing or cannot be read; ``code`` names the field.
    """
    said = {
        name: typed.get(f"child{place}_{name}", "").strip() for name in ("person_no", "name", "kana", "birth")
    }
    if not any(said.values()):
        return None
    for name, value in said.items():
        if len(value) > TEXT_MAX:
            raise InputError(_s("120文字までで入力してください。"), code=f"child{place}_{name}")
    if not said["name"]:
        raise InputError(_s("こどもの名前を入力してください。"), code=f"child{place}_name")
    birth = _birth(said["birth"], f"child{place}_birth")
    return ChildFields(said["person_no"], said["name"], said["kana"], birth)


def plain_child(fields: ChildFields) -> dict[str, Any]:
    """Return what is sealed of a child."""
    return {
        "person_no": fields.person_no, "name": fields.name, "kana": fields.kana,
        "birth": fields.birth.isoformat() if fields.birth else None,
    }  # fmt: skip


def child_from_plain(values: Mapping[str, Any]) -> ChildFields:
    """Read what was sealed of a child."""
    birth = values["birth"]
    return ChildFields(
        values["person_no"], values["name"], values["kana"], date.fromisoformat(birth) if birth else None
    )


def of_ward(actor: Actor) -> bool:
    """Tell whether an actor is a person of the ward who decides."""
    return actor.organization is Organization.WARD and actor.role is Role.WARD_OFFICER
