"""A household ends the reminders of a last day, or wants them again."""

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.signin.steps import lock_step


def set_reminders(work: Work, auth: AuthSession, *, wanted: bool) -> None:
    """Keep whether the household wants reminders; the same wish twice changes nothing.

    Codes and what happens to its requests are told all the same.

    Raises:
        WrongStateError: the session or the account has gone on.
    """
    credential = lock_step(work, auth, Stage.FULL)
    if wanted == (credential.reminders_ended_at is None):
        return
    credential.reminders_ended_at = None if wanted else work.now
    record(
        work.acting_as(Actor(Role.RESIDENT, credential.id)),
        "account.reminders_wanted" if wanted else "account.reminders_ended",
        "credential",
        credential.id,
        household_id=credential.household_id,
    )
