"""Topics of notes, and the desks to which one may be handed."""

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.texts import Labeled, _s


class NoteTopic(Labeled):
    """What a note is about; all but the first are the ward's, whoever wrote them."""

    GENERAL = "general", lambda: _s("手続きや問い合わせのこと")
    VIOLENCE = "violence", lambda: _s("暴力や、身の安全のこと")
    SEPARATION = "separation", lambda: _s("別居、離婚のこと")
    RECIPIENT = "recipient", lambda: _s("受け取る人を変えること")

    @property
    def is_of_ward(self) -> bool:
        """Whether only the ward reads it."""
        return self is not NoteTopic.GENERAL


class NoteDesk(Labeled):
    """A desk to which a note is handed: an organization's place of work, never a person."""

    CALL_DESK = "call_desk", lambda: _s("コールセンター")
    OFFICE = "office", lambda: _s("事務局")
    WARD = "ward", lambda: _s("区の担当")


_DESK_OF_ROLE = {
    Role.AGENT: NoteDesk.CALL_DESK,
    Role.SUPERVISOR: NoteDesk.CALL_DESK,
    Role.OFFICER: NoteDesk.OFFICE,
    Role.WARD_OFFICER: NoteDesk.WARD,
}


def desk_of(actor: Actor) -> NoteDesk | None:
    """Return the desk at which somebody works; None for who handles no families."""
    return _DESK_OF_ROLE.get(actor.role)
