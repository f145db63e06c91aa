"""A signed-in household wants its letters in large print, or in the usual size again."""

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.households.large_print import wish_large_print
from portal.domain.people.signin.steps import lock_step


def set_large_print(work: Work, auth: AuthSession, locale: str | None) -> None:
    """Keep the household's wish: large print in a language, or None for the usual size.

    Raises:
        WrongStateError: the session or the account has gone on.
        InputError: the program has no letters in this language.
    """
    credential = lock_step(work, auth, Stage.FULL)
    by_resident = work.acting_as(Actor(Role.RESIDENT, credential.id))
    wish_large_print(by_resident, credential.household_id, locale)
