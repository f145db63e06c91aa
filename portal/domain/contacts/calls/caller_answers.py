"""A caller's answers in the verification, parsed from what the agent typed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from portal.domain.contacts.calls.kinds import Relation
from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed import DateFault, postal_code, whole_date, without_separators
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.people.credentials.formats import read_login_id

ENOUGH = 3


class Item(Labeled):
    """The items that a caller can be asked for."""

    NUMBER = "number", lambda: _s("手紙番号かID")
    NAME = "name", lambda: _s("世帯主の名前")
    BIRTH = "birth", lambda: _s("世帯主の生年月日")
    CHILD_BIRTH = "child_birth", lambda: _s("こどもの生年月日")
    POSTAL = "postal", lambda: _s("郵便番号")


BIRTHS = frozenset({Item.BIRTH, Item.CHILD_BIRTH})


@dataclass(frozen=True, slots=True)
class Said:
    """The caller's answers, parsed; an item that was not given is empty.

    ``number`` has a valid check digit.
    """

    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth: date | None = field(default=None, repr=False)
    child_birth: date | None = field(default=None, repr=False)
    postal: str = field(default="", repr=False)

    @property
    def items(self) -> frozenset[Item]:
        """The items that were given."""
        return frozenset(item for item in Item if getattr(self, item.value))


@dataclass(frozen=True, slots=True)
class Caller:
    """The person on the line in a call: the answers, and the relation that the person claims."""

    call: Call
    said: Said = field(repr=False)
    relation: Relation


class SaidError(InputError):
    """Typed answers cannot be parsed, for whichever household; ``faults`` has a sentence per item.

    This does not count as a try.
    """

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


def read_said(typed: dict[str, str]) -> Said:
    """Parse what was typed for the five items.

    Raises:
        SaidError: a number has a wrong check digit, or a date or postal code is invalid. These
            checks are public arithmetic and reveal nothing about a household.
    """
    faults: dict[str, str] = {}
    texts = {item: typed.get(item.value, "").strip()[:200] for item in Item}
    number = read_number(texts[Item.NUMBER])
    if texts[Item.NUMBER] and not number:
        faults[Item.NUMBER] = _s(
            "この番号は、手紙番号でもIDでもありません。もう一度、ゆっくり聞いてください。"
        )
    dates: dict[Item, date | None] = {}
    for item in sorted(BIRTHS):
        found = whole_date(texts[item]) if texts[item] else None
        if isinstance(found, DateFault):
            faults[item] = _s("生年月日は、1985-03-09 か 昭和60年3月9日 のように入力してください。")
        dates[item] = found if isinstance(found, date) else None
    postal = postal_code(texts[Item.POSTAL]) or ""
    if texts[Item.POSTAL] and not postal:
        faults[Item.POSTAL] = _s("郵便番号は、7けたの数字で入力してください。例：123-4567")
    if faults:
        raise SaidError({str(item): text for item, text in faults.items()})
    return Said(number, texts[Item.NAME], dates[Item.BIRTH], dates[Item.CHILD_BIRTH], postal)


def read_number(typed: str) -> str:
    """Return a typed ID or letter number in its stored form; "" if it can be neither."""
    if login_id := read_login_id(typed):
        return login_id
    number = without_separators(typed).upper()
    return number if is_letter_number(number) else ""


def is_enough(items: Iterable[Item]) -> bool:
    """Return whether these items can reach a level: at least three, one of them a birth date."""
    found = set(items)
    return len(found) >= ENOUGH and bool(found & BIRTHS)
