"""What people decide about accounts together, whether at a command or on the staff site."""

from collections.abc import Sequence

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff import enrollment, services
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, may
from portal.domain.people.staff.services import NewStaff, Profile
from portal.domain.people.staff.sign_in import actor_of
from portal.domain.people.staff.vouching import require_vouched


def deciders(work: Work, second: StaffUser | None) -> list[Actor]:
    """Return who decides about an account: the actor, and whoever stands beside.

    Raises:
        NotAllowedError: the second person may not.
    """
    if second is None:
        return [work.actor]
    if not may(second, Permission.VOUCH_FOR_STAFF):
        raise NotAllowedError(
            _s("職員 %(login)s は、これを決められません。") % {"login": second.login}
        )
    return [work.actor, actor_of(second)]


def add(work: Work, profile: Profile, people: Sequence[Actor]) -> NewStaff:
    """Add an account in the name of the first of these people; its secrets are shown once.

    Raises:
        NotAllowedError: its organization takes other people (``vouching``).
        InputError, ConflictError: as ``services.add_staff``.
    """
    require_vouched(work, profile.organization, people)
    return services.add_staff(work, profile, second=_second(people))


def renew(work: Work, staff_id: int, people: Sequence[Actor]) -> NewStaff:
    """Give an account new first secrets: always two people, who may add one of its organization.

    Raises:
        NotFoundError: no account has this key.
        NotAllowedError: there is one person, or its organization takes others.
        WrongStateError: the account is closed.
    """
    user = _locked(work, staff_id)
    require_vouched(work, Organization(user.organization), people)
    require_two(people)
    return enrollment.renew(work, user, second=_second(people))


def unlock(work: Work, staff_id: int, people: Sequence[Actor]) -> None:
    """Forget the failed tries of an account, after these people recognized its owner.

    Raises:
        NotFoundError: no account has this key.
        NotAllowedError: its organization takes other people.
    """
    user = _locked(work, staff_id)
    require_vouched(work, Organization(user.organization), people)
    services.unlock(work, user, second=_second(people))


def require_two(people: Sequence[Actor]) -> None:
    """Refuse one person alone. Raises NotAllowedError."""
    if len({one.id for one in people}) < 2:
        raise NotAllowedError(_s("2人で決めます。2人目の人も、番号を入力してください。"))


def _second(people: Sequence[Actor]) -> Actor | None:
    return people[1] if len(people) > 1 else None


def _locked(work: Work, staff_id: int) -> StaffUser:
    user = work.session.get(StaffUser, staff_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFoundError(_s("この職員は見つかりませんでした。"))
    return user
