"""What staff write for an addition or a change: the new recipient, the children, the evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from portal.domain.foundation.texts import Labeled, Sentence, _s
from portal.domain.foundation.vault import Vault
from portal.domain.people.households.records import ChildFields
from portal.domain.requests.recipients.newcomer import (
    HandOver,
    Newcomer,
    child_from_plain,
    plain_child,
)
from portal.domain.requests.requests.fields import (
    Choice,
    Day,
    Field,
    FieldType,
    Place,
    PostalCode,
    Words,
    WrittenForm,
    everywhere_but,
)
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import written_in

WORDS_MAX = 400


class Evidence(Labeled):
    """What was seen as evidence for a change of recipient."""

    PROTECTION_ORDER = "protection_order", lambda: _s("裁判所の保護命令")
    SUPPORT_CENTER = "support_center", lambda: _s("支援センターなどの証明")
    MEDIATION = "mediation", lambda: _s("離婚の調停や裁判の書類")
    OTHER = "other", lambda: _s("そのほかの書類")


@dataclass(frozen=True, slots=True)
class AdditionNote:
    """An addition as it was entered; ``scan_id`` is the attached instruction."""

    newcomer: Newcomer
    children: tuple[ChildFields, ...] = field(repr=False, default=())
    scan_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """A change of recipient as it was entered.

    ``words`` describe the evidence, ``scan_id`` is the attached form.
    """

    newcomer: Newcomer
    evidence: Evidence | None = None
    words: str = field(repr=False, default="")
    scan_id: int | None = None


class Children(Struct, frozen=True):
    """The children that an addition names."""

    name: str = "children"

    def read(self, typed: str) -> tuple[Any, str]:
        """Refuse: the page of additions reads children field by field (``newcomer.read_child``)."""
        raise NotImplementedError(typed)

    def stored(self, value: Sequence[ChildFields]) -> list[dict[str, Any]]:
        """Return what is sealed of the children."""
        return [plain_child(child) for child in value]

    def opened(self, stored: Any) -> tuple[ChildFields, ...]:
        """Return the children that were sealed."""
        return tuple(child_from_plain(values) for values in stored)

    def text(self, value: Sequence[ChildFields]) -> str:
        """Return their names."""
        return "、".join(child.name for child in value)


CHILDREN = Children()


_WARDS_OWN = (
    (
        (Place.PAGE, Place.CHECK, Place.RECEIPT, Place.PDF),
        "the ward orders it: residents neither ask for it nor see it (domain.md 2.6)",
    ),
    ((Place.CALL, Place.DIAL), "nobody speaks of it on the telephone (domain.md 2.6)"),
    ((Place.EXPORT,), "tells who somebody is, and where"),
)
OF_CHANGE = everywhere_but(*_WARDS_OWN)
OF_ADDITION = everywhere_but(*_WARDS_OWN, ((Place.BLANK,), "the ward's instruction is the paper"))
_BY_NUMBER = "staff take it from the ward's own list"


def _newcomer(absent: Mapping[Place, str]) -> tuple[Field, ...]:
    by_number = {**absent, Place.BLANK: _BY_NUMBER}

    def one(name: str, sort: FieldType, words: Sentence, printed: str) -> Field:
        return Field(f"newcomer.{name}", sort, words, words, words, printed=printed, absent=absent)

    def number(name: str, words: Sentence) -> Field:
        return Field(f"newcomer.{name}", Words(120), words, words, words, absent=by_number)

    hand_over = Choice(HandOver, lambda: _s("お渡しの方法を選んでください。"))
    return (
        one("name", Words(120), lambda: _s("名前"), "申し出る人の名前"),
        one("kana", Words(120), lambda: _s("フリガナ"), "ふりがな"),
        one("birth", Day(), lambda: _s("生年月日"), "生年月日"),
        one("hand_over", hand_over, lambda: _s("お渡しの方法"), "受け取り方"),
        one("postal_code", PostalCode(), lambda: _s("郵便番号"), "郵送のときの住所"),
        one("town", Words(120), lambda: _s("町名"), "郵送のときの住所"),
        one("street", Words(120), lambda: _s("番地"), "郵送のときの住所"),
        one("building", Words(120), lambda: _s("方書"), "郵送のときの住所"),
        number("number", lambda: _s("世帯番号（わかるとき）")),
        number("person_no", lambda: _s("宛名番号（わかるとき）")),
    )


def _seal_addition(note: AdditionNote) -> dict[str, Any]:
    return {
        "people": {
            "newcomer": note.newcomer.plain(),
            "children": CHILDREN.stored(note.children),
        },
        "instruction": {"scan_id": note.scan_id},
    }


def _open_addition(stored: Mapping[str, Any]) -> AdditionNote:
    people = stored["people"]
    return AdditionNote(
        Newcomer.from_plain(people["newcomer"]),
        CHILDREN.opened(people["children"]),
        stored["instruction"]["scan_id"],
    )


def _seal_change(note: ChangeNote) -> dict[str, Any]:
    return {
        "people": {"newcomer": note.newcomer.plain()},
        "evidence": {
            "kind": note.evidence.value if note.evidence is not None else "",
            "words": note.words,
        },
        "instruction": {"scan_id": note.scan_id},
    }


def _open_change(stored: Mapping[str, Any]) -> ChangeNote:
    return ChangeNote(
        Newcomer.from_plain(stored["people"]["newcomer"]),
        Evidence.known(stored["evidence"]["kind"]),
        stored["evidence"]["words"],
        stored["instruction"]["scan_id"],
    )


def _children_added() -> str:
    return _s("追加するこども")


ADDITION_WRITTEN = WrittenForm(
    (
        *_newcomer(OF_ADDITION),
        Field(
            "children",
            CHILDREN,
            _children_added,
            _children_added,
            _children_added,
            absent=OF_ADDITION,
        ),
    ),
    _seal_addition,
    _open_addition,
)


def _evidence(name: str, sort: FieldType, words: Sentence) -> Field:
    printed = "つける書類の種類"
    return Field(name, sort, words, words, words, printed=printed, absent=OF_CHANGE)


CHANGE_WRITTEN = WrittenForm(
    (
        *_newcomer(OF_CHANGE),
        _evidence(
            "evidence",
            Choice(Evidence, lambda: _s("確かめた書類の種類を選んでください。")),
            lambda: _s("確かめた書類"),
        ),
        _evidence("words", Words(WORDS_MAX), lambda: _s("書類の内容")),
    ),
    _seal_change,
    _open_change,
)


def known_recipient(vault: Vault, row: Request) -> int | None:
    """Return the existing household that a change or an addition goes to; None for a new one."""
    if row.sealed is None:
        return None
    match row.kind:
        case RequestKind.RECIPIENT_CHANGE:
            return written_in(vault, row, CHANGE_WRITTEN).newcomer.household_id
        case RequestKind.ADDITION:
            return written_in(vault, row, ADDITION_WRITTEN).newcomer.household_id
        case _:
            return None
