"""Holds what tests of the staff's pages are answered against the table of fields.

The tests of the pages play what a walk by links does not come to: a second person's proposal, a
run of letters on its way, a caller who calls back. ``unreached.toml`` says which file plays which
route. ``./run matrices`` plays these files once more and listens: an answer that shows a class of
fields which the table does not grant fails its test, whatever that is about. At the end it tells
which of the routes nobody was let in to, and what of the table no answer showed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import httpx
from sqlalchemy import select

from portal.domain.people.staff.fields import FieldClass, FieldTable, written_fields
from portal.domain.people.staff.models import StaffUser
from tests.support.fields.canaries import Canaries, Canary, harvest, plain
from tests.support.fields.listening import Heard, Listening
from tests.support.fields.reach import Played
from tests.support.fields.reading import answer_text
from tests.support.fields.walking import routes


@dataclass
class Recorded:
    """What the tests of this process came to, and what they may be shown."""

    table: FieldTable = field(default_factory=written_fields)
    played: Played = field(default_factory=Played)

    def look(self, listening: Listening, file: str) -> Iterator[str]:
        """Note what a test of a file was answered, and yield what the table does not grant."""
        heard = listening.taken()
        planted, own = _planted(listening)
        for one in heard:
            route = _route_at(one.answer.request.url.path)
            if one.answer.status_code < httpx.codes.BAD_REQUEST:
                self.played.reached.add((file, route))
            for canary in _shown(planted, own, one):
                cell = f"{one.role} {route}: {canary.field}"
                self.played.shown.add((file, cell))
                if canary.field not in self._granted(one, route, canary):
                    of_protected = " of a protected family" * (canary.household in one.protected)
                    yield cell + of_protected

    def _granted(self, one: Heard, route: str, canary: Canary) -> frozenset[FieldClass]:
        if canary.household in one.protected:
            return self.table.granted_of_protected(one.role, route)
        return self.table.granted(one.role, route)


@cache
def _route_at(path: str) -> str:
    fits = (route.path for route in routes() if route.pattern.fullmatch(path))
    return next(fits, "")


def _planted(listening: Listening) -> tuple[Canaries, dict[int, tuple[str, str]]]:
    """Return the values of the database, and by account the own name and login."""
    places = {place: name for name, found in written_fields().places.items() for place in found}
    statement = select(StaffUser.id, StaffUser.display_name, StaffUser.login)
    with listening.database.engine.connect() as connection:
        planted = harvest(connection, listening.vault, places, passes_over=True)
        own = {
            key: (plain(name), plain(login)) for key, name, login in connection.execute(statement)
        }
    names = [one.text for one in planted.all.values() if one.field == FieldClass.STAFF_NAME]
    planted.all = {
        text: one
        for text, one in planted.all.items()
        if one.field != FieldClass.STAFF_LOGIN or not any(text in name for name in names)
    }
    return planted, own


def _shown(planted: Canaries, own: dict[int, tuple[str, str]], one: Heard) -> Iterator[Canary]:
    typed = plain(one.typed)
    for canary in planted.seen(answer_text(one.answer)):
        if canary.text not in typed and canary.text not in own.get(one.staff_id, ()):
            yield canary


RECORDED = Recorded()
"""Of this process."""
