"""Who acts: the actor that every audit event names."""

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.foundation.texts import Labeled, _s


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


class Channel(Labeled):
    """The channel by which a request reached us, as staff read it."""

    PORTAL = "portal", lambda: _s("ポータル")
    PHONE = "phone", lambda: _s("電話")
    FAX = "fax", lambda: _s("FAX")
    POST = "post", lambda: _s("郵便")
    COUNTER = "counter", lambda: _s("窓口")
    COMMAND = "command", lambda: _s("コマンド")


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
