"""Acts that neither the contractor nor the ward may do alone: one person of each is there."""

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s

BOTH = frozenset({Organization.CONTRACTOR, Organization.WARD})


def require_both_sides(one: Actor, other: Actor) -> None:
    """Refuse two people who are not of the contractor and of the ward.

    Raises:
        NotAllowedError: both are of one organization, or one is of a subcontractor.
    """
    if {one.organization, other.organization} != BOTH:
        raise NotAllowedError(_s("受託者の人と区の人が、1人ずつ要ります。"))
