"""Every search by which somebody may come upon a family, in each field and while it is typed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.vault import opening_for_nobody, unseal
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.queries import HouseholdView, view_household
from tests.support.databases.worlds import Asked, World
from tests.support.people import CANARY_KANA
from tests.support.work import work_in

SEARCHING = (Role.AGENT, Role.SUPERVISOR, Role.OFFICER)
"""Who searches for households and may not know of protected ones."""
ROMAJI = {CANARY_KANA: ("Uzurano Ruriko", "ruriko")}
Words = Mapping[str, Collection[str]]
"""What can be typed into each field."""


@dataclass(frozen=True)
class Searches:
    """Requests of those who search; ``family`` is what the ward's officer finds by them."""

    family: int
    asked: tuple[Asked, ...]

    @property
    def outside_calls(self) -> list[Asked]:
        """Those of the page and of the box, which somebody has who takes no calls."""
        return [one for one in self.asked if not one.path.startswith("/desk")]


def searches(made: World, family: int, telephone: str, numbers: Collection[str]) -> Searches:
    """Read what is known of a family before it is taken away."""
    with made.staff.database.read() as session, opening_for_nobody():
        view = view_household(work_in(session, vault=made.staff.site.vault), family)
        logins = [
            unseal(made.staff.site.vault.kek, row.login_sealed, row.login_digest).decode()
            for row in session.scalars(select(Credential).filter_by(household_id=family))
        ]
    words = _words(view, telephone, [*logins, *numbers])
    return Searches(family, tuple(_asked(words)))


def _words(view: HouseholdView, telephone: str, numbers: Collection[str]) -> Words:
    one = view.fields
    children = [child.fields for child in view.children]
    births = (one.birth, *(kid.birth for kid in children[:1]))
    return {
        "name": [one.name, one.kana, *ROMAJI.get(one.kana, ()), *(kid.name for kid in children)],
        "place": [one.town + one.street, one.street],
        "birth": [birth.isoformat() for birth in births if birth],
        "postal": [one.postal_code],
        "number": [*numbers, one.number],
        "telephone": [telephone],
    }


def _asked(words: Words) -> Iterator[Asked]:
    for field, typed in words.items():
        for word in typed:
            yield from _searched({field: word})
    name = next(iter(words["name"]))
    for other in ("birth", "postal"):
        yield from _searched({"name": name, other: next(iter(words[other]))})
    for letters in range(1, min(4, len(name))):  # suggestions, while a name is typed
        yield Asked("POST", "/households/search", {"name": name[:letters]}, htmx=True)


def _searched(form: Mapping[str, str]) -> Iterator[Asked]:
    if "telephone" not in form:
        yield Asked("POST", "/households/search", form)
        yield Asked("GET", "/households", form)
        yield Asked("POST", "/households/search", form, htmx=True)
        if len(form) == 1:
            box = {"q": next(iter(form.values()))}
            yield Asked("POST", "/find/search", box)
            yield from (Asked("GET", page, box) for page in ("/find", "/households"))
    if "place" not in form:
        yield Asked("POST", "/desk/search", form)
        yield Asked("GET", "/desk", form)
