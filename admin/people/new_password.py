"""What a new password of the staff may not hold: whose it is, and what everybody here knows."""

from portal.domain.foundation.program.schema import Program
from portal.domain.people.staff.models import StaffUser


def known_words(program: Program, user: StaffUser) -> tuple[str, ...]:
    """Return the names of a colleague, the ward and the program."""
    names = program.names
    return (
        user.login,
        user.display_name,
        names.ward.ja,
        names.ward.in_language("en"),
        names.program.ja,
    )
