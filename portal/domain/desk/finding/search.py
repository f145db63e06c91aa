"""The office's search: by person, by address, or by any number that somebody has in hand."""

import unicodedata
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta

from msgspec import Struct

from portal.domain.desk.finding.by_number import look_up
from portal.domain.desk.finding.gate import Passage, through_gate
from portal.domain.desk.finding.numbers import fault_of, read_numbers
from portal.domain.desk.finding.receipts import Receipt
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, postal_code, whole_date, without_separators
from portal.domain.foundation.work import Work
from portal.domain.people.households.queries import HouseholdView
from portal.domain.people.households.search import SearchTerms, search_households

SAME_SEARCH = timedelta(seconds=60)
SHORTEST_NUMBER = 6
"""More digits than these without a word are a mistyped number, not part of an address."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The search form as typed."""

    name: str = ""
    place: str = ""
    postal: str = ""
    birth: str = ""
    number: str = ""

    @classmethod
    def from_values(cls, values: dict[str, str]) -> "Typed":
        """Return the form from the fields that belong to it."""
        return cls(**{f.name: values.get(f.name, "").strip()[:200] for f in fields(cls)})

    def values(self) -> dict[str, str]:
        """Return the fields by name."""
        return asdict(self)

    @property
    def used(self) -> list[str]:
        """The names of the fields that were filled in."""
        return [name for name, value in self.values().items() if value]

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.used

    def refines(self, earlier: "Typed") -> bool:
        """Return whether this is the earlier search with a few letters changed, as while typing.

        One field grew or shrank; another field instead of it is another search.
        """
        pairs = zip(self.values().values(), earlier.values().values(), strict=True)
        changed = [(new, old) for new, old in pairs if new != old]
        return len(changed) <= 1 and all(
            new.startswith(old) or old.startswith(new) for new, old in changed
        )


class TypedError(InputError):
    """The typed text cannot be searched; ``faults`` has a sentence for each field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


class Found(Struct, frozen=True):
    """At most twenty households; ``more`` further ones match.

    ``records`` are those with a receipt number; ``ready``: whether this process could search.
    """

    households: tuple[HouseholdView, ...] = ()
    more: bool = False
    records: tuple[Receipt, ...] = ()
    ready: bool = True


def from_one_box(text: str) -> Typed:
    """Return the form for a text typed into the single search box, in the field it fits."""
    text = text.strip()[:200]
    folded = unicodedata.normalize("NFKC", text)
    if read_numbers(text):
        return Typed(number=text)
    if postal_code(text):
        return Typed(postal=text)
    if isinstance(whole_date(text), date):
        return Typed(birth=text)
    if any(mark in text for mark in ("丁目", "番地", "町")):
        return Typed(place=text)
    if _is_mostly_digits(folded):
        return Typed(number=text)
    return Typed(place=text) if any(c.isdigit() for c in folded) else Typed(name=text)


def _is_mostly_digits(folded: str) -> bool:
    """Return whether a text without Japanese is a number that was mistyped, not a house's."""
    bare = without_separators(folded)
    return bare.isascii() and bare.isalnum() and sum(c.isdigit() for c in bare) > SHORTEST_NUMBER


def read_letter_number(typed: str) -> str:
    """Return a typed letter number in its stored form."""
    return without_separators(typed).upper()


def find(work: Work, typed: Typed, *, include_protected: bool) -> Found:
    """Find households again by what was searched for before.

    Raises:
        TypedError: a field cannot be parsed.
        SearchNotReadyError: this process cannot search yet, or no more.
    """
    terms = _read(typed)
    if not typed.number:
        result = search_households(work, terms, include_protected=include_protected)
        return Found(result.households, result.more)
    found = look_up(work, read_numbers(typed.number), include_protected=include_protected)
    return Found(found.households, found.more, found.records)


def search(work: Work, typed: Typed, *, include_protected: bool) -> Found:
    """Find households, through the gate.

    Raises:
        TypedError, SearchNotReadyError: as ``find``.
        NotAllowedError, ThrottledError: as ``gate.through_gate``.
    """
    return through_gate(
        work,
        Passage(typed.used),
        lambda: find(work, typed, include_protected=include_protected),
        lambda found: len(found.households),
    )


def _read(typed: Typed) -> SearchTerms:
    faults: dict[str, str] = {}
    code = postal_code(typed.postal) if typed.postal else ""
    if typed.postal and not code:
        faults["postal"] = _s("郵便番号は、7けたの数字で入力してください。例：123-4567")
    birth = whole_date(typed.birth) if typed.birth else None
    if isinstance(birth, DateFault):
        faults["birth"] = _s("生年月日は、1985-03-09 か 昭和60年3月9日 のように入力してください。")
    if typed.number and not read_numbers(typed.number):
        faults["number"] = fault_of(typed.number)
    if faults:
        raise TypedError(faults)
    return SearchTerms(
        typed.name, typed.place, code or "", birth if isinstance(birth, date) else None
    )
