"""Who acts: the actor that every audit event names."""

from dataclasses import dataclass, replace

from portal.domain.foundation.texts import Labeled, _s


class Role(Labeled):
    """Roles of ``design.md`` §5 (there are no others).

    Residents and the system are actors without an account.
    """

    RESIDENT = "resident", lambda: _s("住民")
    AGENT = "agent", lambda: _s("オペレーター")
    SUPERVISOR = "supervisor", lambda: _s("スーパーバイザー")
    OFFICER = "officer", lambda: _s("事務担当")
    WARD_OFFICER = "ward_officer", lambda: _s("区の担当")
    AUDITOR = "auditor", lambda: _s("監査")
    ADMINISTRATOR = "administrator", lambda: _s("管理者")
    SYSTEM = "system", lambda: _s("システム")


class Organization(Labeled):
    """The organization that an account belongs to."""

    WARD = "ward", lambda: _s("区")
    CONTRACTOR = "contractor", lambda: _s("受託者")
    SUBCONTRACTOR = "subcontractor", lambda: _s("再委託先")


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

    ``id`` is a key without meaning outside (credential or staff key), never a name. ``os_user`` is
    the operating system's user who ran the command, empty on the sites; each event has it.
    """

    role: Role
    id: int | None = None
    organization: Organization | None = None
    channel: Channel = Channel.PORTAL
    os_user: str = ""

    def by_command(self, os_user: str) -> "Actor":
        """Return the same person on the command line, with the user who runs it."""
        return replace(self, channel=Channel.COMMAND, os_user=os_user)


SYSTEM = Actor(Role.SYSTEM, channel=Channel.COMMAND)
