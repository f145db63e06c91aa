"""Which classes of fields the staff's pages show to whom, and the page of the guides that says so.

It goes with the one table of permissions: a route belongs to its permission there, shows its
classes here, and only to the roles that hold the permission and may see the class at all. A route
that is not named shows none of them. The data stands in ``fields.toml`` beside this file; a walk
over all pages, and the tests of those that it does not come to, hold both against each other
(``security.md`` A11).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self

from portal.domain.foundation.actors import Role
from portal.domain.people.staff.permissions import GRANTS, STAFF_ROLES, Permission

WRITTEN = Path(__file__).with_suffix(".toml")


class FieldClass(StrEnum):
    """A kind of personal or secret value that a page could show."""

    NAME = "name"
    KANA = "kana"
    MASKED_NAME = "masked_name"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    REGISTER_NUMBER = "register_number"
    TELEPHONE = "telephone"
    CHANNEL = "channel"
    MASKED_CHANNEL = "masked_channel"
    LOGIN_ID = "login_id"
    SECRET = "secret"  # noqa: S105  (the name of a class)
    COUPON_CODE = "coupon_code"
    COUPON_NUMBER = "coupon_number"
    RECEIPT_NUMBER = "receipt_number"
    LETTER_NUMBER = "letter_number"
    TRACKING_NUMBER = "tracking_number"
    SCAN = "scan"
    CALL_NOTE = "call_note"
    WARD_ANSWER = "ward_answer"
    FAULT_REPORT = "fault_report"
    REPLY = "reply"
    REASON = "reason"
    PROTECTION = "protection"
    INCIDENT = "incident"
    STAFF_ADDRESS = "staff_address"
    STAFF_NAME = "staff_name"
    STAFF_LOGIN = "staff_login"


NEVER = frozenset({FieldClass.SECRET, FieldClass.COUPON_CODE})
"""What no page of the staff shows anybody; residents see their own code on their own site."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a route shows: its classes, and the permission that admits to it."""

    permission: Permission
    classes: frozenset[FieldClass]


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The written table.

    Attributes:
        what: What each class is, for people.
        places: Where each class is stored: ``table.column``, with a path in its JSON.
        of_paper: The numbers of letters and parcels: they name paper in somebody's hands and no
            household, and are shown of protected ones too.
        elsewhere: Sealed columns in which nobody's data belongs, with what stands there.
        roles: The classes that a role may see on any page.
        routes: What each route shows, by its path.
    """

    what: Mapping[FieldClass, str] = field(repr=False)
    places: Mapping[FieldClass, tuple[str, ...]] = field(repr=False)
    of_paper: frozenset[FieldClass]
    elsewhere: Mapping[str, str] = field(repr=False)
    roles: Mapping[Role, frozenset[FieldClass]]
    routes: Mapping[str, Shown] = field(repr=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the table from its file's text.

        Raises:
            ValueError: a class, role or permission that does not exist, or a route under two.
        """
        written: dict[str, Any] = tomllib.loads(text)
        classes = {FieldClass(name): said for name, said in written["classes"].items()}
        routes: dict[str, Shown] = {}
        for permission, paths in written["routes"].items():
            for path, names in paths.items():
                if path in routes:
                    raise ValueError(f"{path} stands under two permissions")
                routes[path] = Shown(Permission(permission), _classes(names))
        return cls(
            {name: said["what"] for name, said in classes.items()},
            {name: tuple(said.get("places", "").split()) for name, said in classes.items()},
            frozenset(name for name, said in classes.items() if said.get("of_paper")),
            written["elsewhere"],
            {Role(name): _classes(names) for name, names in written["roles"].items()},
            routes,
        )

    def granted(self, role: Role, path: str) -> frozenset[FieldClass]:
        """Return the classes that a role may be shown on a route."""
        shown = self.routes.get(path)
        if shown is None or role not in GRANTS[shown.permission].roles:
            return frozenset()
        return shown.classes & self.roles[role]

    def granted_of_protected(self, role: Role, path: str) -> frozenset[FieldClass]:
        """Return the classes of a protected household that a role may be shown on a route."""
        granted = self.granted(role, path)
        knows = role in GRANTS[Permission.KNOW_PROTECTED].roles
        return granted if knows else granted & self.of_paper

    def faults(self) -> Iterator[str]:
        """Yield what is wrong in the table itself, a sentence each."""
        for name in FieldClass:
            if name not in self.what:
                yield f"{name} is not described"
        for role in sorted(STAFF_ROLES - set(self.roles)):
            yield f"{role} has no line, not even an empty one"
        for path, shown in self.routes.items():
            holders = GRANTS[shown.permission].roles
            for name in sorted(shown.classes):
                if not any(name in self.roles[role] for role in holders):
                    yield f"{path} shows {name}, which nobody who holds {shown.permission} may see"
        for role, classes in self.roles.items():
            shown_at_all = {name for path in self.routes for name in self.granted(role, path)}
            for name in sorted(classes - shown_at_all):
                yield f"{role} may see {name}, but no route shows it to this role"
            for name in sorted(classes & NEVER):
                yield f"{role} may see {name}, which no page may show"


def _classes(names: str) -> frozenset[FieldClass]:
    return frozenset(FieldClass(name) for name in names.split())


@cache
def written_fields() -> FieldTable:
    """Return the table as it is written."""
    return FieldTable.read(WRITTEN.read_text("utf-8"))


def as_markdown(table: FieldTable) -> str:
    """Return the page of the guides: role by field, then route by field."""
    roles = sorted(STAFF_ROLES)
    head = ["class", "what it is", *(role.value.replace("_", " ") for role in roles)]
    rows = [
        [_said(name), table.what[name], *("yes" if name in table.roles[r] else "" for r in roles)]
        for name in FieldClass
    ]
    parts = [_HEAD, "## Role by field", _table(head, rows), "## Route by field", _ROUTES]
    for permission in Permission:
        paths = [path for path, shown in table.routes.items() if shown.permission is permission]
        if paths:
            parts += [f"### {permission.value}", _routes(table, permission, sorted(paths))]
    return "\n\n".join(parts) + "\n"


_HEAD = """# Which fields the staff's pages show to whom

For the ward's and the contractor's officers of data protection. Made by
`./run portal fields --write`; the tests compare it with the table. A walk opens the pages as every
role, and the tests of the pages open those that it does not come to; both fail for a field that is
shown without standing here, and for one that stands here and is shown nowhere.

Of a protected household these classes are shown to officers of the ward alone, but for the numbers
of letters and parcels, which name paper and no household. Codes of coupons, passwords and one-time
codes are shown on no page of the staff, but for the first secrets of an account: once, to who made
it, until its owner sets others at the first sign-in. Agents and supervisors see a household only in
a call, as far as the caller has proven who they are; agents the notes of their own calls and
questions alone and of call-backs, and a number on record in the call that calls a family back on
it."""
_ROUTES = """A page, its refusals, and the files that it hands out. What is not named shows none of
these classes."""


def _routes(table: FieldTable, permission: Permission, paths: list[str]) -> str:
    holders = sorted(GRANTS[permission].roles)
    rows = []
    for path in paths:
        shown = table.routes[path].classes
        to = [role for role in holders if table.granted(role, path) == shown]
        less = [
            f"{role.value.replace('_', ' ')} without {_list(shown - table.granted(role, path))}"
            for role in holders
            if role not in to
        ]
        said = ", ".join([role.value.replace("_", " ") for role in to] + less)
        rows.append([f"`{path}`", said, _list(shown)])
    return _table(["route", "shown to", "classes"], rows)


def _list(classes: frozenset[FieldClass]) -> str:
    return ", ".join(_said(name) for name in FieldClass if name in classes)


def _said(name: FieldClass) -> str:
    return name.value.replace("_", " ")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
