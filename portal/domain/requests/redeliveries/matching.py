"""Finds the households that fit a request without sign-in.

For staff only, and never while the requester waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import HouseholdView, view_households
from portal.domain.people.households.records import ChildFields, HouseholdFields
from portal.domain.people.households.search import SearchTerms, search_households
from portal.domain.requests.redeliveries.choosing import choose_household, warn_of
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import case_of
from portal.domain.requests.redeliveries.reasons import RedeliveryWarning
from portal.domain.requests.redeliveries.states import REDELIVERY, Proof
from portal.domain.requests.redeliveries.written import WRITTEN, Wish
from portal.domain.requests.requests.services import locked, written_in

AT_ONCE = 20


class MatchPart(Labeled):
    """What of a request without sign-in may agree with a household, as staff read it."""

    NAME = "name", lambda: _s("名前")
    BIRTH = "birth", lambda: _s("生年月日")
    POSTAL = "postal", lambda: _s("郵便番号")
    NUMBER = "number", lambda: _s("手紙の番号")


SURE = frozenset({MatchPart.NAME, MatchPart.BIRTH, MatchPart.POSTAL})


@dataclass(frozen=True, slots=True)
class Match:
    """A household, and which parts (``MatchPart``) of what was written agree with it."""

    household_id: int
    agrees: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Tell whether name, birth date and postal code all agree."""
        return set(self.agrees) >= SURE


def find_matches(work: Work, wish: Wish) -> list[Match]:
    """Return households that agree in name, birth date and postal code, or in two of them.

    The best come first. A letter number that was written finds its household too. Protected
    households are included: the caller decides what to show.
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
        result = search_households(work, terms, include_protected=True)
        found |= {view.id: view for view in result.households}
        if found:
            break
    by_number = _by_letter_number(work.session, wish.letter_number)
    if by_number is not None and by_number not in found:
        found |= {view.id: view for view in view_households(work, [by_number])}
    matches = [
        Match(view.id, _agrees(view, wish, numbered=view.id == by_number))
        for view in found.values()
    ]
    return sorted(matches, key=lambda match: (-len(match.agrees), match.household_id))


def waiting_for_match(session: Session, limit: int = AT_ONCE) -> list[int]:
    """Return the keys of unmatched requests without sign-in, oldest first."""
    statement = select(Redelivery.request_id).where(
        Redelivery.proof == Proof.NONE,
        Redelivery.matched_at.is_(None),
        Redelivery.state == REDELIVERY.initial,
    )
    return list(session.scalars(statement.order_by(Redelivery.id).limit(limit)))


def match_request(work: Work, request_id: int) -> bool:
    """Match one request; returns False where it was matched or decided before.

    A single household that agrees in everything is chosen; any other result waits for a person.
    """
    request = locked(work.session, request_id)
    case = case_of(work.session, request)
    row = case.row
    if row.matched_at is not None or row.state != REDELIVERY.initial:
        return False
    matches = find_matches(work, written_in(work.vault, request, WRITTEN))
    row.matches = [
        {"household": match.household_id, "agrees": list(match.agrees)} for match in matches
    ]
    row.matched_at = work.now
    record(work.acting_as(SYSTEM), "redelivery.matched", "request", request_id, found=len(matches))
    sure = [match for match in matches if match.sure]
    if len(sure) == 1 and request.household_id is None:
        choose_household(work.acting_as(SYSTEM), case, sure[0].household_id)
    elif request.household_id is None:
        warn_of(request, _unmatched(_known_to_all(work.session, matches)), work.now)
    work.session.flush()
    return True


def _known_to_all(session: Session, matches: Sequence[Match]) -> list[Match]:
    """Return the matches that whoever reviews may know of.

    All of them read the warning: were it another one for a protected household, it would tell.
    """
    ids = [match.household_id for match in matches]
    open_to_all = select(Household.id).where(Household.id.in_(ids), Household.protected.is_(False))
    known = set(session.scalars(open_to_all))
    return [match for match in matches if match.household_id in known]


def _unmatched(matches: Sequence[Match]) -> RedeliveryWarning:
    """Return why the matches do not name one household."""
    if sum(match.sure for match in matches) > 1:
        return RedeliveryWarning.SEVERAL
    return RedeliveryWarning.NOT_SURE if matches else RedeliveryWarning.NO_MATCH


def stored_matches(row: Redelivery) -> list[Match]:
    """Return the matches that were stored with a redelivery."""
    return [Match(int(match["household"]), tuple(match["agrees"])) for match in row.matches]


def _by_letter_number(session: Session, number: str) -> int | None:
    if not number:
        return None
    return session.scalar(select(Letter.household_id).where(Letter.number == number))


def _agrees(view: HouseholdView, wish: Wish, *, numbered: bool) -> tuple[str, ...]:
    people: list[HouseholdFields | ChildFields] = [
        view.fields,
        *(child.fields for child in view.children),
    ]
    key, postal = fold_name(wish.name), wish.postal_code
    checks = {
        MatchPart.NAME: bool(key)
        and any(key in {fold_name(p.name), fold_name(p.kana)} for p in people),
        MatchPart.BIRTH: wish.birth is not None and any(p.birth == wish.birth for p in people),
        MatchPart.POSTAL: bool(postal) and view.fields.postal_code == postal,
        MatchPart.NUMBER: numbered,
    }
    return tuple(part.value for part, agrees in checks.items() if agrees)
