"""Finds out whether a person to be added is a recipient already: one entitlement for one child."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.newcomers import child_key
from portal.domain.people.households.records import ChildFields, household_digest, person_digest
from portal.domain.people.households.search import SearchTerms, everybody_who_fits
from portal.domain.requests.recipients.newcomer import of_ward
from portal.domain.requests.recipients.reasons import RecipientWarning


def look(work: Work, number: str, children: Iterable[ChildFields]) -> tuple[str, ...]:
    """Look for people who are stored already; returns warnings for the reviewer.

    Those whom the asker may not know of are never named: the ward checks them, and reads the
    warnings alone.

    Raises:
        ConflictError: the household or a child is stored, and the asker may know of it; ``code``
            says which.
        SearchNotReadyError: this process cannot search yet.
    """
    ward = of_ward(work.actor)
    warnings: set[str] = set()
    if number and _household(work, number, ward=ward):
        warnings.add(RecipientWarning.POSSIBLE_DUPLICATE)
    seen: set[bytes] = set()
    for place, child in enumerate(children, 1):
        digest = person_digest(work.vault, child_key(child, number))
        if digest in seen:
            raise InputError(_s("同じこどもが二度入力されています。"), code=f"child{place}_name")
        seen.add(digest)
        known = _child(work.session, digest, ward=ward)
        if _lookalike(work, child) or known:  # asked for both: who is known takes no less
            warnings.add(RecipientWarning.POSSIBLE_DUPLICATE)
        if (
            child.birth is not None
            and not work.program.birth_from <= child.birth <= work.program.birth_to
        ):
            warnings.add(RecipientWarning.OUTSIDE_BIRTHS)
    return tuple(sorted(warnings))


def _household(work: Work, number: str, *, ward: bool) -> bool:
    query = select(Household.protected).where(
        Household.number_digest == household_digest(work.vault, number)
    )
    protected = work.session.scalar(query)
    if protected is None:
        return False
    if ward or not protected:
        raise ConflictError(
            _s(
                "この世帯番号の世帯は、もうあります。その世帯のページから、"
                "こどもを追加してください。"
            ),
            code="number",
        )
    return True


def _child(session: Session, digest: bytes, *, ward: bool) -> bool:
    query = (
        select(Household.protected)
        .join(Child, Child.household_id == Household.id)
        .where(Child.person_digest == digest)
    )
    protected = session.scalar(query)
    if protected is None:
        return False
    if ward or not protected:
        raise ConflictError(
            _s("このこどもは、もう対象者です。一人のこどもに、二重には出せません。"),
            code="child_known",
        )
    return True


def _lookalike(work: Work, child: ChildFields) -> bool:
    terms = SearchTerms(name=child.name, birth=child.birth)
    name = fold_name(child.name)
    return any(
        one.fields.birth == child.birth and fold_name(one.fields.name) == name
        for household in everybody_who_fits(work, terms)
        for one in household.children
    )
