"""The wish for large print: kept by itself, and never asked why.

A household has it or not, in one language. Every later letter, card and form follows it.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household

POINTS = 18
"""The smallest letters of large print, in points."""


def large_print_of(session: Session, household_id: int) -> str | None:
    """Return the language in which a household wants large print; None for the usual size."""
    return session.scalar(select(Household.large_print).where(Household.id == household_id))


def large_print_among(session: Session, household_ids: Collection[int]) -> Mapping[int, str]:
    """Return the language of each of the households that want large print."""
    rows = session.execute(
        select(Household.id, Household.large_print).where(
            Household.id.in_(household_ids), Household.large_print.is_not(None)
        )
    )
    return {key: locale for key, locale in rows if locale is not None}


def wish_large_print(work: Work, household_id: int, locale: str | None) -> None:
    """Keep that a household wants large print in a language, or with None the usual size again.

    The same wish twice changes nothing. A letter that is being drawn is drawn again.

    Raises:
        NotFoundError: there is no such household.
        InputError: the program has no letters in this language.
    """
    if locale is not None and locale not in work.program.languages:
        raise InputError(_s("この言語の手紙はありません。"), code="language")
    household = work.session.scalar(
        select(Household)
        .where(Household.id == household_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if household is None:
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    if household.large_print == locale:
        return
    household.large_print = locale
    record(
        work,
        "household.large_print_ended" if locale is None else "household.large_print_wanted",
        "household",
        household_id,
        household_id=household_id,
    )
    work.session.flush()
