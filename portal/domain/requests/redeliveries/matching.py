"""Which households fit a request without sign-in.

For staff only, and never while the requester waits.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.queries import HouseholdView, view_households
from portal.domain.people.households.records import ChildFields, HouseholdFields
from portal.domain.people.households.search import SearchTerms, search_households
from portal.domain.people.households.search_index import Indexer
from portal.domain.requests.redeliveries.choosing import choose_household, warn_of
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import NONE, redelivery_of
from portal.domain.requests.redeliveries.states import REDELIVERY
from portal.domain.requests.redeliveries.written import WRITTEN, Wish
from portal.domain.requests.requests.services import locked, written_in

NAME, BIRTH, POSTAL, NUMBER = PARTS = ("name", "birth", "postal", "number")
SURE = frozenset({NAME, BIRTH, POSTAL})
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Match:
    """A household and which parts of what was written agree with it."""

    household_id: int
    agrees: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Tell whether name, birth date and postal code all agree."""
        return set(self.agrees) >= SURE


def find_matches(work: Work, indexer: Indexer, wish: Wish) -> list[Match]:
    """Return households that agree in all of name, birth date and postal code, else in two of them, best first.

    A letter number that was written finds its household besides. Protected households are found
    too: who sees this decides what to show.
    """
    name, postal, birth = wish.name, wish.postal_code, wish.birth
    tries = [SearchTerms(name=name, postal_code=postal, birth=birth)]
    tries += [
        SearchTerms(name=name, birth=birth),
        SearchTerms(postal_code=postal, birth=birth),
        SearchTerms(name=name, postal_code=postal),
    ]
    found: dict[int, HouseholdView] = {}
    for terms in tries:
        if sum(bool(part) for part in (terms.name, terms.postal_code, terms.birth)) < 2:
            continue  # one part alone fits too many
        result = search_households(work, indexer, terms, include_protected=True)
        found |= {view.id: view for view in result.households}
        if found:
            break
    by_number = _by_letter_number(work.session, wish.letter_number)
    if by_number is not None and by_number not in found:
        found |= {view.id: view for view in view_households(work, [by_number])}
    matches = [
        Match(view.id, _agrees(view, name, birth, postal, numbered=view.id == by_number))
        for view in found.values()
    ]
    return sorted(matches, key=lambda match: (-len(match.agrees), match.household_id))


def waiting_for_match(session: Session, limit: int = AT_ONCE) -> list[int]:
    """Return the keys of requests without sign-in that were not matched yet, oldest first."""
    statement = select(Redelivery.request_id).where(
        Redelivery.proof == NONE,
        Redelivery.matched_at.is_(None),
        Redelivery.state == REDELIVERY.initial,
    )
    return list(session.scalars(statement.order_by(Redelivery.id).limit(limit)))


def match_request(work: Work, indexer: Indexer, request_id: int) -> bool:
    """Match one request; False where it was matched or decided before.

    One household that agrees in everything is taken as the requester's; any other result waits for
    a person.
    """
    request = locked(work.session, request_id)
    row = redelivery_of(work.session, request_id, lock=True)
    if row.matched_at is not None or row.state != REDELIVERY.initial:
        return False
    matches = find_matches(work, indexer, written_in(work.vault, request, WRITTEN))
    row.matches = [
        {"household": match.household_id, "agrees": list(match.agrees)} for match in matches
    ]
    row.matched_at = work.now
    record(work.acting_as(SYSTEM), "redelivery.matched", "request", request_id, found=len(matches))
    sure = [match for match in matches if match.sure]
    if len(sure) == 1 and request.household_id is None:
        choose_household(work.acting_as(SYSTEM), request, row, sure[0].household_id)
    elif request.household_id is None:
        warn_of(
            request, "several" if len(sure) > 1 else "not_sure" if matches else "no_match", work.now
        )
    work.session.flush()
    return True


def stored_matches(row: Redelivery) -> list[Match]:
    """Return what was found."""
    return [Match(int(match["household"]), tuple(match["agrees"])) for match in row.matches]


def _by_letter_number(session: Session, number: str) -> int | None:
    if not number:
        return None
    return session.scalar(select(Letter.household_id).where(Letter.number == number))


def _agrees(
    view: HouseholdView, name: str, birth: date | None, postal: str, *, numbered: bool
) -> tuple[str, ...]:
    people: list[HouseholdFields | ChildFields] = [
        view.fields,
        *(child.fields for child in view.children),
    ]
    key = fold_name(name)
    checks = {
        NAME: bool(key) and any(key in {fold_name(p.name), fold_name(p.kana)} for p in people),
        BIRTH: birth is not None and any(p.birth == birth for p in people),
        POSTAL: bool(postal) and view.fields.postal_code == postal,
        NUMBER: numbered,
    }
    return tuple(part for part in PARTS if checks[part])
