"""What staff write for an addition or a change of recipient: the new recipient, the children, and what was seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.domain.foundation.texts import Labeled, Sentence, _s
from portal.domain.people.households.records import ChildFields
from portal.domain.requests.recipients.newcomer import (
    HandOver,
    Newcomer,
    child_from_plain,
    plain_child,
)
from portal.domain.requests.requests.fields import Choice, Day, Field, FieldType, Words, WrittenForm

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
    """A change of recipient as it was entered; ``words`` describe the evidence, ``scan_id`` is the attached form."""

    newcomer: Newcomer
    evidence: Evidence | None = None
    words: str = field(repr=False, default="")
    scan_id: int | None = None


@dataclass(frozen=True, slots=True)
class Children:
    """The children that an addition names."""

    name: str = "children"

    def read(self, typed: str) -> tuple[Any, str]:
        """Refuse: the page of additions reads its children field by field (``newcomer.read_child``)."""
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


def _field(name: str, sort: FieldType, words: Sentence) -> Field:
    return Field(name, sort, words, words, words)


_NEWCOMER = (
    _field("newcomer.name", Words(120), lambda: _s("名前")),
    _field("newcomer.kana", Words(120), lambda: _s("フリガナ")),
    _field("newcomer.birth", Day(), lambda: _s("生年月日")),
    _field(
        "newcomer.hand_over",
        Choice(HandOver, lambda: _s("お渡しの方法を選んでください。")),
        lambda: _s("お渡しの方法"),
    ),
    _field("newcomer.postal_code", Words(8), lambda: _s("郵便番号")),
    _field("newcomer.town", Words(120), lambda: _s("町名")),
    _field("newcomer.street", Words(120), lambda: _s("番地")),
    _field("newcomer.building", Words(120), lambda: _s("方書")),
    _field("newcomer.number", Words(120), lambda: _s("世帯番号（わかるとき）")),
    _field("newcomer.person_no", Words(120), lambda: _s("宛名番号（わかるとき）")),
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


ADDITION_WRITTEN = WrittenForm(
    (*_NEWCOMER, _field("children", CHILDREN, lambda: _s("追加するこども"))),
    _seal_addition,
    _open_addition,
)
CHANGE_WRITTEN = WrittenForm(
    (
        *_NEWCOMER,
        _field(
            "evidence",
            Choice(Evidence, lambda: _s("確かめた書類の種類を選んでください。")),
            lambda: _s("確かめた書類"),
        ),
        _field("words", Words(WORDS_MAX), lambda: _s("書類の内容")),
    ),
    _seal_change,
    _open_change,
)
