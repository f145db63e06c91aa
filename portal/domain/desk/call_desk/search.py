"""Finding a caller's household by what the caller can tell; protected ones are never found.

A search that matches a protected household does the same work and gives the same answer as one that
matches none; only the log knows, and the auditor's page (``casework.watch``).
"""

import re
from dataclasses import asdict, dataclass, field, fields
from datetime import date

from sqlalchemy import select

from portal.domain.contacts.calls.models import Call
from portal.domain.desk.casework.access import record_protected_request
from portal.domain.desk.casework.search import count_search
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, postal_code, whole_date, without_separators
from portal.domain.foundation.vault import note_shown, opening_for_nobody
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.letters.letters.queries import household_of_number
from portal.domain.letters.shipments.mail import is_tracking_number
from portal.domain.letters.shipments.queries import by_tracking_number
from portal.domain.people.authn import throttles
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.queries import households_with_telephone
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.queries import SEARCH_LIMIT, HouseholdView, view_households
from portal.domain.people.households.search import (
    SearchTerms,
    search_households,
    search_with_withheld,
)
from portal.domain.people.notices.phones import parse_mobile

SHORTEST_NAME = 2
BIRTHS_IN_A_CALL = throttles.Limit("t14s", 5, 24 * 3600)
"""Searches with a birth date in one call; a hit would tell whether it was guessed (A14)."""
SCANNED = re.compile(r"^[A-D](\d+)[A-D]$")


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
    """Find households by what was typed.

    Raises:
        AskedError: nothing was typed, or something is too short or cannot be parsed.
        SearchNotReadyError: this process cannot search yet, or no more; numbers still find.
    """
    terms, telephone = _read(asked)
    if (hits := _of_numbers(work, asked, telephone)) is not None:
        return hits
    result = search_households(work, terms, include_protected=False)
    return Hits(result.households, result.more)


def _find_with_withheld(work: Work, asked: Asked) -> Hits:
    """Find households as ``find`` does; ``withheld`` has the other matches, for the audit log."""
    terms, telephone = _read(asked)
    if (hits := _of_numbers(work, asked, telephone)) is not None:
        return hits
    result, withheld = search_with_withheld(work, terms)
    return Hits(result.households, result.more, withheld=withheld)


def _of_numbers(work: Work, asked: Asked, telephone: str) -> Hits | None:
    """Return the households of a typed number; None if no number was typed."""
    if asked.number:
        return _hits(work, _by_number(work, asked.number), sure=True)
    if telephone:
        return _hits(work, households_with_telephone(work, telephone), sure=True)
    return None


def search(work: Work, asked: Asked, call: Call) -> Hits:
    """Find households in a call: counted, and logged without the words.

    Protected matches are logged, which the ward's auditor sees.

    Raises:
        AskedError: nothing was typed, something is too short or cannot be parsed, or too many birth
            dates were tried.
        ThrottledError: the day's searches are used up (T10).
        SearchNotReadyError: as ``find``.
    """
    hits = _find_with_withheld(work, asked)
    if (
        asked.birth
        and not throttles.count_try(
            work.session, BIRTHS_IN_A_CALL.of(str(call.id)), work.now
        ).allowed
    ):
        record(
            work, "staff.unusual_browsing", "staff_user", work.actor.id, what="births", call=call.id
        )
        raise AskedError(
            {
                "birth": _s(
                    "1つの受付で、生年月日を使ってさがせるのは5回までです。手紙番号か、"
                    "お名前と郵便番号を聞いてください。"
                )
            }
        )
    count_search(work, asked.used, len(hits.households))
    for household_id in hits.withheld:
        record_protected_request(work, household_id, call_id=call.id)
    return hits


def _hits(work: Work, ids: list[int], *, sure: bool) -> Hits:
    with opening_for_nobody():
        views = view_households(work, ids[:SEARCH_LIMIT])
    shown = tuple(view for view in views if not view.protected)
    for view in shown:
        note_shown(view.id)
    return Hits(
        shown, len(ids) > SEARCH_LIMIT, sure, tuple(view.id for view in views if view.protected)
    )


def _read(asked: Asked) -> tuple[SearchTerms, str]:
    """Return what to search for, and the telephone number in its stored form.

    Raises:
        AskedError: as ``find``.
    """
    faults: dict[str, str] = {}
    if not asked.used:
        faults["number"] = _s(
            "どれか1つを入力してください。「お手元の手紙の番号を教えてください」と聞いてください。"
        )
    if asked.number and not _is_number(asked.number):
        faults["number"] = _s(
            "手紙番号（Mと9けた）、ID（10けた）、お問い合わせ番号（11けたか12けた）"
            "のどれでもありません。もう一度、ゆっくり聞いてください。"
        )
    if asked.name and len(fold_name(asked.name)) < SHORTEST_NAME:
        faults["name"] = _s("お名前が短すぎます。名字とお名前を、続けて聞いてください。")
    postal = postal_code(asked.postal) or ""
    if asked.postal and not postal:
        faults["postal"] = _s("郵便番号は、7けたの数字で入力してください。例：123-4567")
    birth = whole_date(asked.birth) if asked.birth else None
    if isinstance(birth, DateFault):
        faults["birth"] = _s("生年月日は、1985-03-09 か 昭和60年3月9日 のように入力してください。")
    telephone = ""
    if asked.telephone:
        try:
            telephone = parse_mobile(asked.telephone)
        except InputError:
            faults["telephone"] = _s(
                "登録できるのは、070・080・090で始まる11けたの番号だけです。"
                "番号をもう一度聞いてください。"
            )
    if faults:
        raise AskedError(faults)
    return SearchTerms(
        name=asked.name, postal_code=postal, birth=birth if isinstance(birth, date) else None
    ), telephone


def _is_number(typed: str) -> bool:
    found = _without_scan_marks(typed)
    return read_login_id(typed) is not None or is_letter_number(found) or is_tracking_number(found)


def _without_scan_marks(typed: str) -> str:
    # scanners read the code of a label with its start and stop letters
    return SCANNED.sub(r"\1", without_separators(typed).upper())


def _by_number(work: Work, typed: str) -> list[int]:
    found = _without_scan_marks(typed)
    if is_letter_number(found):
        household_id = household_of_number(work.session, found)
        return [household_id] if household_id is not None else []
    if login_id := read_login_id(typed):
        digest = login_digest(work.vault, login_id)
        return list(
            work.session.scalars(
                select(Credential.household_id).where(Credential.login_digest == digest)
            )
        )
    # Tracking numbers are used again after some time: the newest posting comes first.
    return list(dict.fromkeys(row.household_id for row in by_tracking_number(work.session, found)))
