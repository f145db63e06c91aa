"""Who of the staff saw whose data: what was opened for an answer becomes one event.

Everything personal is sealed, and each sealed value is bound to its place by a context
(``vault.seal``). So what was opened for a page names itself, and no page can forget to say so.
A list is one event that names all households by their keys, which mean nothing outside.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypeVar

from sqlalchemy import String, bindparam, cast, select, union_all
from sqlalchemy.sql import ColumnElement

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Child, Household

T = TypeVar("T")
VIEWED = "data.viewed"
ORDINARY, OF_WARD_ALONE = "page", "page_protected"
"""Subjects of such events: protected households stand in events of their own."""
AT_ONCE = 500
_NAMED_BY_KEY = ("print_text", "letter_order", "moved", "reason", "shown")
"""Contexts that begin with the key of a household."""
RECORDS = (
    "answer-sheet",
    "call",
    "coupon",
    "coupon-qr",
    "coupon_fault",
    "device_label",  # what a household calls a telephone of its own
    "elsewhere",
    "escalation",
    "fax",
    "fax-reply",
    "file_transfer",  # why a difference was accepted
    "floor_call",  # the number that a call came from
    "household_note",
    "incident",
    "incident_report",
    "issuer_difference",
    "otp",
    "passkey",  # its number, its public key, and the name that a household gave it
    "person_request",  # the typed number of whom it is about
    "outbox",
    "outbox-masked",
    "print_proof_page",
    "reply",
    "request",
    "row",
    "scan",
    "scan-draft",
    "task",
    "test_address",  # of staff
)
"""Contexts of records that may hold personal data, by their first word."""
NOT_PERSONAL = (
    "alternative",  # a resident's own form, on its way through the browser
    "audit_reason",
    "backup",
    "backup-file",  # whole files, which a restore puts back into their place
    "backup-files",
    "checklist",
    "decline",
    "dek",
    "deployment",
    "box",  # what a member of the staff typed into the search box, and into the search
    "desk",
    "dispatch",
    "locked_screen",
    "loss_report",  # digest of an address, in the cookie of whoever typed it
    "loss_report_row",  # a resident's own form, until the worker has read it
    "milestone",
    "minutes",
    "open_question",
    "person_list",  # purpose and recipient; whoever fetches one is shown its households
    "person_list_file",  # encrypted for a key that is not here
    "person_list_marks",
    "register",  # papers of the contract
    "register_file",
    "self_check",
    "print_proof",  # why a proof was refused; its pages are above
    "report",
    "report_comment",  # what both sides say of a draft, written without names
    "report_difference",  # why two counts differ, written without names
    "report_note",
    "report_texts",
    "sealed_file",
    "search",
    "remembered_id",  # the ID that a browser remembers, in its own cookie
    "letter_id",  # the ID that a browser's own form begins with
    "passkey_challenge",  # random bytes, in the asking browser's own cookie
    "signin_wait",  # the visit that waits, in the waiting browser's own cookie
    "site_switch",
    "staff_key",  # a key of a member of the staff
    "staff_mailbox",  # the address of a member of the staff
    "staff_totp",
    "typed",  # a resident's own form, until the household signs in again
    "ward_checklist",
)
"""Contexts of everything else; a test sorts every one that there is."""


@dataclass
class Opened:
    """What was opened, sorted.

    Attributes:
        households: Digests of household numbers.
        children: Digests of person numbers.
        keys: Keys of households.
        records: Names of records: the first word of the context and what identifies it.
    """

    households: set[bytes] = field(default_factory=set)
    children: set[bytes] = field(default_factory=set)
    keys: set[int] = field(default_factory=set)
    records: set[str] = field(default_factory=set)


def sort_opened(contexts: Iterable[bytes]) -> Opened:
    """Sort contexts; what is not personal is left out."""
    found = Opened()
    for context in contexts:
        word, _colon, rest = context.partition(b":")
        name = word.decode("ascii", "replace")
        if name == "household":
            found.households.add(bytes.fromhex(rest.decode("ascii")))
        elif name == "child":
            found.children.add(bytes.fromhex(rest.decode("ascii")))
        elif name in _NAMED_BY_KEY:
            found.keys.add(int(rest.partition(b":")[0]))
        elif name not in NOT_PERSONAL:
            found.records.add(_record_name(name, context, rest))
    return found


def names_somebody(contexts: Iterable[bytes]) -> bool:
    """Tell whether anything personal is among what was opened."""
    found = sort_opened(contexts)
    return bool(found.households or found.children or found.keys or found.records)


def _record_name(name: str, context: bytes, rest: bytes) -> str:
    if name not in RECORDS:  # the digest of a login ID, which has no word in front
        return f"login_id:{context.hex()[:16]}"
    readable = all(0x20 < byte < 0x7F for byte in rest)
    return f"{name}:{rest.decode('ascii') if readable else rest.hex()[:16]}"


def record_look(work: Work, contexts: Iterable[bytes], page: str) -> int:
    """Record that the actor was shown what was opened; return the number of events.

    ``page`` says where: a route of the staff site with its keys, or a command.
    """
    opened = sort_opened(contexts)
    ordinary, protected = _households(work, opened)
    records = sorted(opened.records)
    number = 0
    for subject, keys, named in (
        (ORDINARY, ordinary, records if ordinary or not protected else []),
        (OF_WARD_ALONE, protected, records if protected and not ordinary else []),
    ):
        for some_keys, some_records in _parts(keys, named):
            detail: dict[str, Any] = {"page": page}
            if some_keys:
                detail["households"] = f" {' '.join(str(key) for key in some_keys)} "
            if some_records:
                detail["records"] = " ".join(some_records)
            record(work, VIEWED, subject, **detail)
            number += 1
    return number


def _parts(keys: Sequence[int], records: Sequence[str]) -> Iterator[tuple[list[int], list[str]]]:
    for at in range(0, max(len(keys), len(records)), AT_ONCE):
        yield list(keys[at : at + AT_ONCE]), list(records[at : at + AT_ONCE])


_HOUSEHOLD = select(Household.id, Household.protected)
# built once, and a union: with an OR the index of neither condition would be used
_KNOWN = union_all(
    _HOUSEHOLD.where(Household.number_digest.in_(bindparam("households", expanding=True))),
    _HOUSEHOLD.where(Household.id.in_(bindparam("keys", expanding=True))),
    _HOUSEHOLD.join(Child, Child.household_id == Household.id).where(
        Child.person_digest.in_(bindparam("children", expanding=True))
    ),
)
"""The households that are named by their numbers, by their keys or by their children."""


def _households(work: Work, opened: Opened) -> tuple[list[int], list[int]]:
    """Return the keys of ordinary and of protected households."""
    rows: dict[int, bool] = {}
    parts = (_some(opened.households), _some(opened.children), _some(opened.keys))
    for households, children, keys in zip_longest(*parts, fillvalue=()):
        values = {"households": households, "children": children, "keys": keys}
        rows |= dict(work.session.execute(_KNOWN, values).all())
    return (
        sorted(key for key, protected in rows.items() if not protected),
        sorted(key for key, protected in rows.items() if protected),
    )


def _some(values: Collection[T]) -> Iterator[list[T]]:
    """Return the values in parts that a statement can carry."""
    ordered = list(values)
    for at in range(0, len(ordered), AT_ONCE):
        yield ordered[at : at + AT_ONCE]


def names_household(household_id: int) -> ColumnElement[bool]:
    """Return the condition that an event is a look that names a household."""
    detail = cast(AuditEvent.detail, String)
    return (AuditEvent.action == VIEWED) & detail.like(f"% {household_id} %")


def named_households(detail: dict[str, object]) -> list[int]:
    """Return the keys of the households that a look names."""
    return [int(key) for key in str(detail.get("households", "")).split()]
