"""Finding a household by person, by address, by letter or by ID."""

import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta

from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, postal_code, whole_date, without_separators
from portal.domain.foundation.vault import note_shown, opening_for_nobody
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.letters.letters.queries import household_of_number
from portal.domain.people.authn import throttles
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.queries import HouseholdView, view_households
from portal.domain.people.households.search import SearchTerms, search_households

# T10 of security.md §2: more than sixty an hour are logged as unusual; too many a day are refused
SEARCH_HOUR = throttles.Limit("t10h", 60, 3600)
SAME_SEARCH = timedelta(seconds=60)


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
        """Return whether this is the earlier search with a few letters changed, as while typing."""
        pairs = zip(self.values().values(), earlier.values().values(), strict=True)
        return all(a.startswith(b) or b.startswith(a) for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Found:
    """At most twenty households; ``more`` further ones match; ``faults`` are sentences by field.

    ``ready``: whether this process could search.
    """

    households: tuple[HouseholdView, ...] = ()
    more: bool = False
    faults: tuple[tuple[str, str], ...] = ()
    ready: bool = True


def from_one_box(text: str) -> Typed:
    """Return the form for a text typed into the single search box, in the field it fits."""
    text = text.strip()[:200]
    folded = unicodedata.normalize("NFKC", text)
    if read_login_id(text) or is_letter_number(read_letter_number(text)):
        return Typed(number=text)
    if postal_code(text):
        return Typed(postal=text)
    if isinstance(whole_date(text), date):
        return Typed(birth=text)
    if any(c.isdigit() for c in folded) or any(mark in text for mark in ("丁目", "番地", "町")):
        return Typed(place=text)
    return Typed(name=text)


def read_letter_number(typed: str) -> str:
    """Return a typed letter number in its stored form."""
    return without_separators(typed).upper()


def find(work: Work, typed: Typed, *, include_protected: bool) -> Found:
    """Find households; a field that cannot be parsed gets a sentence in ``faults``.

    Raises:
        SearchNotReadyError: this process cannot search yet, or no more.
    """
    faults: list[tuple[str, str]] = []
    code = postal_code(typed.postal) if typed.postal else ""
    if typed.postal and not code:
        faults.append(("postal", _s("郵便番号は、7けたの数字で入力してください。例：123-4567")))
    birth = whole_date(typed.birth) if typed.birth else None
    if isinstance(birth, DateFault):
        sentence = _s("生年月日は、1985-03-09 か 昭和60年3月9日 のように入力してください。")
        faults.append(("birth", sentence))
    if faults:
        return Found(faults=tuple(faults))
    terms = SearchTerms(
        typed.name, typed.place, code or "", birth if isinstance(birth, date) else None
    )
    if not typed.number:
        result = search_households(work, terms, include_protected=include_protected)
        return Found(result.households, result.more)
    household_id = _by_number(work, typed.number)
    with opening_for_nobody():  # a look at one that is not shown would be put on record, and told
        views = view_households(work, [household_id] if household_id else [])
    shown = tuple(view for view in views if include_protected or not view.protected)
    for view in shown:
        note_shown(view.id)
    return Found(shown)


def _by_number(work: Work, typed: str) -> int | None:
    if login_id := read_login_id(typed):
        digest = login_digest(work.vault, login_id)
        return work.session.scalar(
            select(Credential.household_id).where(Credential.login_digest == digest)
        )
    return household_of_number(work.session, read_letter_number(typed))


def count_search(work: Work, used: Collection[str], found: int) -> None:
    """Count a search, and log the fields used and the number of hits (never the words).

    Raises:
        ThrottledError: the day's searches are used up.
    """
    key = str(work.actor.id)
    verdict = throttles.count_try(work.session, throttles.STAFF_SEARCH.of(key), work.now)
    if not verdict.allowed:
        raise ThrottledError(
            _s("きょうの検索の上限に達しました。続けるには、責任者に相談してください。"),
            retry_at=verdict.retry_at,
        )
    unusual = not throttles.count_try(work.session, SEARCH_HOUR.of(key), work.now).allowed
    record(work, "household.searched", "search", fields=list(used), found=found)
    if unusual:
        record(work, "staff.unusual_browsing", "staff_user", work.actor.id, what="search")
