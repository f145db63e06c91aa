"""A list that leaves while both people are there: asked for, approved, made and fetched in one go.

For lists that take longer than a page may: both give a code to a command. Their steps are those of
the pages, in the same register, with the same rules.
"""

from dataclasses import dataclass, field

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.work import Work
from portal.domain.oversight.person_lists.asking import Wish, approve, ask
from portal.domain.oversight.person_lists.contents import Content
from portal.domain.oversight.person_lists.making import Fetched, fetch, make


@dataclass(frozen=True, slots=True)
class Left:
    """A list that left: its number, its encrypted file, and the key that is stored nowhere."""

    number: int
    file: Fetched
    key: str = field(repr=False)


def leave_at_once(work: Work, second: Actor, wish: Wish, content: Content) -> Left:
    """Let a list leave for the actor, approved by the second person, with rows read just now.

    Raises:
        InputError, NotAllowedError: as ``asking.ask``; or the second person is the first, or no
            officer of the ward.
    """
    theirs = work.acting_as(second)
    row = ask(work, wish, content)
    approve(theirs, row.id)
    made = make(theirs, row.id, content)
    return Left(row.id, fetch(work, row.id), made.key)
