"""A form that is sent again after the database was lost: what it keeps, and that it counts once.

The page that says so holds what was typed and the form's own key. A form whose service claims that
key gets its first answer again. For all others the key and the content are noted with the
transaction that carried the form out, and a second try finds the note and the first answer.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum, auto

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import IdempotencyKey
from portal.domain.foundation.audit.services import claimed_key, first_time
from portal.domain.people.authn import sessions
from portal.platform.database import FormLock
from portal.platform.http import cookies
from portal.platform.http.forms import Form
from portal.platform.lost import Outcome
from portal.platform.page import Page
from portal.platform.who import W

AGAIN, CAME_FROM = "again", "again_from"
"""Hidden fields of the page: what became of the first try, and the page the form stood on."""
ADDED = frozenset({AGAIN, CAME_FROM})
OWN = ADDED | {"form_token", "lang"}
SECRET_WORDS = ("password", "birth")
ANSWERS = frozenset({"passkey"})
"""What a device answered once; nobody can be asked to type it."""
SECRETS = frozenset({"code", "current", "q"}) | ANSWERS
"""Fields that are never kept: codes, passwords, and the search, which may be a birth date."""
LONGEST_LOCATION = 200
BIRTH_OF_RESIDENTS = frozenset({"era", "year", "month", "day"})


class Asked(Enum):
    """What a page asks for again, since it was not kept."""

    CODE = auto()
    PASSWORD = auto()
    CURRENT_PASSWORD = auto()
    NEW_PASSWORD = auto()
    DATE = auto()
    """A date in one field."""
    DATE_IN_PARTS = auto()
    SEARCH = auto()


BY_NAME = {
    "code": Asked.CODE,
    "q": Asked.SEARCH,
    "current": Asked.CURRENT_PASSWORD,
    "new_password": Asked.NEW_PASSWORD,
}


class FormMark(Struct, frozen=True):
    """One form with its content; the same one sent twice has the same mark."""

    key: str

    def lock(self, *, alone: bool) -> FormLock:
        """Return the lock behind which a second try waits for the first."""
        number = int.from_bytes(hashlib.sha256(self.key.encode()).digest()[:8], signed=True)
        return FormLock(number, alone)


def is_secret(name: str, kind: str) -> bool:
    """Tell whether a field of a site is one that no page keeps."""
    if name in SECRETS or any(word in name for word in SECRET_WORDS):
        return True
    return kind == sessions.RESIDENT and name in BIRTH_OF_RESIDENTS


def kept_fields(form: Form, kind: str) -> dict[str, str]:
    """Return what a page may hold of a form that a site was sent."""
    return {
        name: value
        for name, value in form.values.items()
        if name not in ADDED | {"lang"} and not is_secret(name, kind)
    }


def asked_again(names: Iterable[str], kind: str) -> list[tuple[str, Asked]]:
    """Return the fields that a page must ask for again, in the order of the form."""
    found: dict[str, Asked] = {}
    for name in names:
        if not is_secret(name, kind) or name in ANSWERS:
            continue
        if name in BIRTH_OF_RESIDENTS:
            found["birth"] = Asked.DATE_IN_PARTS
        elif "birth" in name:
            found[name] = Asked.DATE
        else:
            found[name] = BY_NAME.get(name, Asked.PASSWORD)
    return list(found.items())


def typed_in(form: Form) -> Form:
    """Return what a person typed: without what the page of a form sent again adds."""
    if AGAIN not in form.values:
        return form
    typed = {name: value for name, value in form.values.items() if name not in ADDED}
    return replace(form, values=typed)


def first_outcome(values: Mapping[str, str]) -> Outcome | None:
    """Return what became of the first try, as the page said; None for a form sent once."""
    said = values.get(AGAIN, "")
    return Outcome(said) if said in set(Outcome) else None


def mark_of(page: Page[W]) -> FormMark | None:
    """Return the mark of a posted form; None for one without a key."""
    form = page.form
    if page.method != "POST" or not form.get("form_key"):
        return None
    kept = sorted(
        (name, value)
        for name, value in form.values.items()
        if name not in OWN and not is_secret(name, page.site.kind)
    )
    sender = page.cookie(cookies.SESSION) or page.cookie(cookies.VISIT)
    digest = hashlib.sha256(repr((page.path, sender, kept)).encode())
    return FormMark(f"form:{digest.hexdigest()[:48]}")


def note_carried_out(page: Page[W], mark: FormMark, location: str | None) -> None:
    """Note with its transaction that a form was carried out, and where its answer led.

    A service that claims the form's key does so itself.
    """
    if claimed_key(page.session) is None:
        kept = location if location and len(location) <= LONGEST_LOCATION else None
        first_time(page.session, mark.key, page.now, kept)


def was_carried_out(session: Session, key: str) -> bool:
    """Tell whether the form with this key was carried out."""
    found = session.scalar(select(IdempotencyKey.key).where(IdempotencyKey.key == key))
    return found is not None
