"""Who acts: the actor that every audit event names."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles of ``design.md`` §5 (there are no others).

    Residents and the system are actors without an account.
    """

    RESIDENT = "resident"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    WARD_OFFICER = "ward_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


class Organization(StrEnum):
    """The organization that an account belongs to."""

    WARD = "ward"
    CONTRACTOR = "contractor"
    SUBCONTRACTOR = "subcontractor"


class Channel(StrEnum):
    """The way in which a request reached us."""

    PORTAL = "portal"
    PHONE = "phone"
    FAX = "fax"
    POST = "post"
    COUNTER = "counter"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Actor:
    """One acting person or system.

    ``id`` is a key without meaning outside (credential or staff key), never a name.
    """

    role: Role
    id: int | None = None
    organization: Organization | None = None
    channel: Channel = Channel.PORTAL


SYSTEM = Actor(Role.SYSTEM, channel=Channel.COMMAND)
