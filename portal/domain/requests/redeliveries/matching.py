"""Finds the households that fit a request without sign-in.

For staff only, and never while the requester waits.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.vault import opening_for_nobody
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import SEARCH_LIMIT, HouseholdView, view_households
from portal.domain.people.households.records import ChildFields, HouseholdFields
from portal.domain.people.households.search import SearchTerms, everybody_who_fits
from portal.domain.requests.redeliveries.choosing import choose_household, warn_of
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import RedeliveryCase, case_of
from portal.domain.requests.redeliveries.reasons import RedeliveryWarning
from portal.domain.requests.redeliveries.states import REDELIVERY, Proof
from portal.domain.requests.redeliveries.written import WRITTEN, Wish
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import locked, touch, written_in

AT_ONCE = 20


class MatchPart(Labeled):
    """What of a request without sign-in may agree with a household, as staff read it."""

    NAME = "name", lambda: _s("名前")
    BIRTH = "birth", lambda: _s("生年月日")
    POSTAL = "postal", lambda: _s("郵便番号")
    NUMBER = "number", lambda: _s("手紙の番号")


SURE = frozenset({MatchPart.NAME, MatchPart.BIRTH, MatchPart.POSTAL})


class Match(Struct, frozen=True):
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
    households are included: the caller decides what to show. They are looked for apart, so that
    what is found of the others is the same whether one of them fits or not; nobody is noted as
    shown.
    """
    found: dict[int, HouseholdView] = {}
    for terms in _tries(wish):
        settled = {view.protected for view in found.values()}
        fitting = everybody_who_fits(work, terms)
        for protected in {False, True} - settled:
            alike = [view for view in fitting if view.protected is protected]
            found |= {view.id: view for view in alike[:SEARCH_LIMIT]}
    by_number = _by_letter_number(work.session, wish.letter_number)
    if by_number is not None and by_number not in found:
        with opening_for_nobody():
            found |= {view.id: view for view in view_households(work, [by_number])}
    matches = [
        Match(view.id, _agrees(view, wish, numbered=view.id == by_number))
        for view in found.values()
    ]
    return sorted(matches, key=lambda match: (-len(match.agrees), match.household_id))


def _tries(wish: Wish) -> list[SearchTerms]:
    """Return what to search for, best first; one part alone fits too many."""
    name, postal, birth = wish.name, wish.postal_code, wish.birth
    tries = [
        SearchTerms(name=name, postal_code=postal, birth=birth),
        SearchTerms(name=name, birth=birth),
        SearchTerms(postal_code=postal, birth=birth),
        SearchTerms(name=name, postal_code=postal),
    ]
    return [
        terms
        for terms in tries
        if sum(bool(part) for part in (terms.name, terms.postal_code, terms.birth)) > 1
    ]


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

    A single household that agrees in everything is chosen; any other result waits for a person. A
    request that names nobody of whom all may know is the ward's alone, whether it names a protected
    household or nobody: else whoever reviews could find out who is protected, and where (decision
    99).
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
    if request.household_id is None:
        known = known_to_all(work.session, matches)
        if not _names_somebody(known):
            _leave_to_ward(work, request)
            known = matches
        _settle(work.acting_as(SYSTEM), case, known)
    work.session.flush()
    return True


def leave_unmatched_to_ward(work: Work) -> None:
    """Leave the open requests to the ward that no longer name anybody of whom all may know.

    For whoever names protected households: what such a request named may be protected by now.
    """
    rows = work.session.execute(
        select(Request, Redelivery)
        .join(Redelivery, Redelivery.request_id == Request.id)
        .where(
            Request.household_id.is_(None),
            Request.ward_only.is_(False),
            Redelivery.matched_at.is_not(None),
            Redelivery.state == REDELIVERY.initial,
        )
        .order_by(Request.id)
        .with_for_update(of=Request)
    ).all()
    for request, row in rows:
        if not _names_somebody(known_to_all(work.session, stored_matches(row))):
            _leave_to_ward(work, request)
    work.session.flush()


def _leave_to_ward(work: Work, request: Request) -> None:
    request.ward_only = True
    request.claimed_by, request.claimed_until = None, None
    touch(request, work.now)
    record(work.acting_as(SYSTEM), "redelivery.left_to_ward", "request", request.id)


def _settle(work: Work, case: RedeliveryCase, matches: Sequence[Match]) -> None:
    """Choose the one household that surely fits, or warn of why a person must choose."""
    sure = [match for match in matches if match.sure]
    if len(sure) == 1:
        choose_household(work, case, sure[0].household_id)
    else:
        warn_of(case.request, _unmatched(matches), work.now)


def _names_somebody(matches: Sequence[Match]) -> bool:
    """Tell whether a name or a letter number agrees.

    A birth date and a postal code alone are some other family's now and then: a request of a
    protected one would be left with people who cannot find it.
    """
    return any({MatchPart.NAME, MatchPart.NUMBER} & set(match.agrees) for match in matches)


def known_to_all(session: Session, matches: Sequence[Match]) -> list[Match]:
    """Return the matches that whoever reviews may know of."""
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
