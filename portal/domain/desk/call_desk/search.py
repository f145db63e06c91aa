"""Finding a caller's household by what the caller can tell; protected ones are never found.

A search that matches a protected household does the same work and gives the same answer as one that
matches none; only the log knows, and the auditor's page (``casework.watch``).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date

from portal.domain.contacts.calls.models import Call
from portal.domain.desk.casework.access import record_protected_request
from portal.domain.desk.finding.by_number import look_up
from portal.domain.desk.finding.gate import Passage, through_gate
from portal.domain.desk.finding.numbers import Number, NumberKind, fault_of, read_numbers
from portal.domain.desk.finding.search import from_one_box
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, postal_code, whole_date
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.queries import HouseholdView
from portal.domain.people.households.search import (
    SearchTerms,
    search_households,
    search_with_withheld,
)
from portal.domain.people.notices.phones import parse_mobile

SHORTEST_NAME = 2
BIRTHS_IN_A_CALL = throttles.Limit("t14s", 5, 24 * 3600)
"""Searches with a birth date in one call; a hit would tell whether it was guessed (A14)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The search form as typed.

    A number or a telephone number decides alone; other fields must match together.
    """

    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth: str = field(default="", repr=False)
    postal: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)

    @classmethod
    def from_values(cls, values: dict[str, str]) -> "Asked":
        """Return the form from the fields that belong to it."""
        return cls(**{f.name: values.get(f.name, "").strip()[:200] for f in fields(cls)})

    @classmethod
    def from_box(cls, text: str) -> "Asked":
        """Return the form for a text typed into the single search box, in the field it fits."""
        typed = from_one_box(text)
        return cls(typed.number, typed.name or typed.place, typed.birth, typed.postal)

    def values(self) -> dict[str, str]:
        """Return the fields by name."""
        return asdict(self)

    @property
    def used(self) -> list[str]:
        """The names of the fields that were filled in."""
        return [name for name, value in self.values().items() if value]


@dataclass(frozen=True, slots=True)
class Hits:
    """At most twenty households; ``more`` further ones match.

    ``sure``: found by a number, so it must be this one. ``withheld``: matching protected
    households, for the log only.
    """

    households: tuple[HouseholdView, ...] = ()
    more: bool = False
    sure: bool = False
    withheld: tuple[int, ...] = field(default=(), repr=False)

    @property
    def only_one(self) -> HouseholdView | None:
        """The household found by a number, or None."""
        return self.households[0] if self.sure and len(self.households) == 1 else None


class AskedError(InputError):
    """The typed text cannot be searched; ``faults`` says for each field what to ask next."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


def find(work: Work, asked: Asked) -> Hits:
    """Find households again by what was searched for before.

    Raises:
        AskedError: nothing was typed, or something is too short or cannot be parsed.
        SearchNotReadyError: this process cannot search yet, or no more; numbers still find.
    """
    terms, numbers = _read(asked)
    if numbers:
        return _hits(work, numbers)
    result = search_households(work, terms, include_protected=False)
    return Hits(result.households, result.more)


def _find_with_withheld(work: Work, asked: Asked) -> Hits:
    """Find households as ``find`` does; ``withheld`` has the other matches, for the audit log."""
    terms, numbers = _read(asked)
    if numbers:
        return _hits(work, numbers)
    result, withheld = search_with_withheld(work, terms)
    return Hits(result.households, result.more, withheld=withheld)


def search(work: Work, asked: Asked, call: Call) -> Hits:
    """Find households in a call, through the gate.

    Protected matches are logged, which the ward's auditor sees.

    Raises:
        AskedError: nothing was typed, something is too short or cannot be parsed, or too many birth
            dates were tried.
        NotAllowedError, ThrottledError: as ``gate.through_gate`` (T10).
        SearchNotReadyError: as ``find``.
    """

    def look() -> Hits:
        hits = _find_with_withheld(work, asked)
        if asked.birth:
            _refuse_guessing(work, call)
        return hits

    hits = through_gate(work, Passage(asked.used, call), look, lambda found: len(found.households))
    for household_id in hits.withheld:
        record_protected_request(work, household_id, call_id=call.id)
    return hits


def _refuse_guessing(work: Work, call: Call) -> None:
    if throttles.count_try(work.session, BIRTHS_IN_A_CALL.of(str(call.id)), work.now).allowed:
        return
    record(work, "staff.unusual_browsing", "staff_user", work.actor.id, what="births", call=call.id)
    raise AskedError(
        {
            "birth": _s(
                "1つの受付で、生年月日を使ってさがせるのは5回までです。手紙番号か、"
                "お名前と郵便番号を聞いてください。"
            )
        }
    )


def _hits(work: Work, numbers: Sequence[Number]) -> Hits:
    found = look_up(work, numbers, include_protected=False)
    return Hits(found.households, found.more, sure=True, withheld=found.withheld)


def _read(asked: Asked) -> tuple[SearchTerms, tuple[Number, ...]]:
    """Return what to search for, and the numbers of which one alone decides.

    Raises:
        AskedError: as ``find``.
    """
    faults: dict[str, str] = {}
    if not asked.used:
        faults["number"] = _s(
            "どれか1つを入力してください。「お手元の手紙の番号を教えてください」と聞いてください。"
        )
    numbers = read_numbers(asked.number)
    if asked.number and not numbers:
        faults["number"] = fault_of(asked.number)
    if asked.name and len(fold_name(asked.name)) < SHORTEST_NAME:
        faults["name"] = _s("お名前が短すぎます。名字とお名前を、続けて聞いてください。")
    postal = postal_code(asked.postal) or ""
    if asked.postal and not postal:
        faults["postal"] = _s("郵便番号は、7けたの数字で入力してください。例：123-4567")
    birth = whole_date(asked.birth) if asked.birth else None
    if isinstance(birth, DateFault):
        faults["birth"] = _s("生年月日は、1985-03-09 か 昭和60年3月9日 のように入力してください。")
    if asked.telephone:
        try:
            telephone = Number(NumberKind.TELEPHONE, parse_mobile(asked.telephone))
            numbers = numbers or (telephone,)
        except InputError:
            faults["telephone"] = _s(
                "登録できるのは、070・080・090で始まる11けたの番号だけです。"
                "番号をもう一度聞いてください。"
            )
    if faults:
        raise AskedError(faults)
    return SearchTerms(
        name=asked.name, postal_code=postal, birth=birth if isinstance(birth, date) else None
    ), numbers
