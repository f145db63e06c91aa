"""Lists that leave as files: asked for, approved by somebody else, made, fetched, destroyed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.page import Page
from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.typed import whole_date
from portal.domain.letters.shipments.mail import ReturnReason
from portal.domain.oversight.person_lists import asking, making, queries
from portal.domain.oversight.person_lists.contents import MOST_ROWS, NEEDS, WHOLE_WARD, wanted_of
from portal.domain.oversight.person_lists.kinds import FROM_THEIR_PAGES, ListKind, Scope
from portal.domain.oversight.person_lists.making import Fetched, Made
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.sealed import Words, words_of
from portal.domain.oversight.person_lists.states import PERSON_LIST, ListState
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again, carry_out
from portal.platform.view import View

PLACE = "/person-lists"
FIELDS = ("kind", "purpose", "recipient", "until")
STATE_MARK = marks(
    {
        ListState.REQUESTED: Mark.WAIT,
        ListState.APPROVED: Mark.WAIT,
        ListState.MADE: Mark.WAIT,
        ListState.FETCHED: Mark.WAIT,
        ListState.REFUSED: Mark.STOP,
        ListState.OUTSTANDING: Mark.STOP,
        ListState.DESTROYED: Mark.GOOD,
    }
)


class Line(Struct, frozen=True):
    """One list as a person sees it: its row, its words, its rows in a sentence, what can be done.

    ``late``: its time is over, and the worker has not ended it yet.
    """

    row: PersonList
    said: Words
    scope: str
    actions: frozenset[str]
    mine: bool
    late: bool


class PersonListsView(View, frozen=True):
    """What ``admin/oversight/person_lists.html`` shows."""

    lines: Sequence[Line]
    names: Mapping[int, str]
    kinds: Sequence[ListKind]
    reasons: tuple[ReturnReason, ...]
    state_mark: Callable[[str], Mark]
    decides: bool
    waiting: bool
    chosen: str
    today: date
    latest: date
    most: int
    most_of_ward: int
    said: str


class KeyView(View, frozen=True):
    """What ``admin/oversight/person_list_key.html`` shows, once."""

    row: PersonList
    said: Words
    key: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what this person asked for, and what they may decide, or only the latter."""
    decides = allowed(page, Permission.APPROVE_LISTS)
    waiting = decides and page.query.get("shown") == "waiting"
    rows = queries.lists_of(page.session, _me(page), decides=decides)
    if waiting:
        rows = queries.waiting(page.session, _me(page))
    people = {key for row in rows for key in (row.requested_by, row.decided_by) if key is not None}
    return page.render(
        "admin/oversight/person_lists.html",
        PersonListsView(
            lines=[_line(page, row, decides=decides) for row in rows],
            names=staff_names(page.session, people),
            kinds=[kind for kind in ListKind if kind not in FROM_THEIR_PAGES and _sees(page, kind)],
            reasons=tuple(ReturnReason),
            state_mark=STATE_MARK,
            decides=decides,
            waiting=waiting,
            chosen=page.form.get("kind") or page.query.get("kind", ""),
            today=jst_date(page.now),
            latest=asking.last_possible_day(page.work),
            most=MOST_ROWS[ListKind.UNDELIVERED],
            most_of_ward=WHOLE_WARD,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _me(page: Page) -> int:
    return page.who.staff.id if page.who.staff is not None else 0


def _sees(page: Page, kind: ListKind) -> bool:
    return allowed(page, NEEDS[kind])


def _line(page: Page, row: PersonList, *, decides: bool) -> Line:
    words, mine = words_of(page.site.vault, row), row.requested_by == _me(page)
    late = row.due_at <= page.now
    possible = (
        {"destroy"} if late else {"approve", "refuse", "withdraw", "make", "fetch", "destroy"}
    )
    possible = {action for action in possible if PERSON_LIST.can(row.state, action)}
    if mine:
        possible &= {"withdraw", "fetch", "destroy"}
    elif row.decided_by == _me(page):
        possible &= {"make", "destroy"}
    else:
        possible &= {"approve", "refuse"} if decides else set()
    return Line(row, words, scope_text(words.scope), frozenset(possible), mine, late)


def scope_text(scope: Scope) -> str:
    """Return the rows of a list in words; "" for all of them."""
    parts = []
    if scope.box:
        parts.append(_s("箱 %(box)s") % {"box": scope.box})
    if scope.reason:
        parts.append(label_of(ReturnReason, scope.reason))
    if scope.start:
        wanted = wanted_of(scope)
        parts.append(
            _s("%(start)s から %(end)s より前")
            % {"start": minute_text(wanted.start), "end": minute_text(wanted.end)}
        )
        parts += [one for one in (wanted.login, wanted.household, wanted.action) if one]
    return "、".join(parts)


def request(page: Page) -> Response[Any]:
    """Ask for a list."""
    form = page.form
    day = whole_date(form.get("until"))
    if not isinstance(day, date):
        form.error("until", _s("日付を、2023-06-30 のように入力してください。"))
        return show(page, 422)
    kind, reason = form.get("kind"), form.get("reason")
    if kind in FROM_THEIR_PAGES or (reason and ReturnReason.known(reason) is None):
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    scope = Scope(
        box=form.get("box").strip()[:20] if kind == ListKind.STORED_MAIL else "",
        reason=reason if kind == ListKind.UNDELIVERED else "",
    )
    wish = asking.Wish(kind, scope, form.get("purpose"), form.get("recipient"), day)
    return _act(page, "requested", lambda: asking.ask(page.work, wish), "kind", named=True)


def approve(page: Page) -> Response[Any]:
    """Agree that a list leaves."""
    key = _key(page)
    return _act(page, "approved", lambda: asking.approve(page.work, key), f"list-{key}")


def refuse(page: Page) -> Response[Any]:
    """Refuse that a list leaves, with the reason."""
    key = _key(page)
    why = page.form.get(f"why-{key}")
    return _act(page, "refused", lambda: asking.refuse(page.work, key, why), f"why-{key}")


def withdraw(page: Page) -> Response[Any]:
    """Take back one's own request."""
    key = _key(page)
    return _act(page, "withdrawn", lambda: asking.withdraw(page.work, key), f"list-{key}")


def make(page: Page) -> Response[Any]:
    """Make the file, and show its key this one time."""
    key = _key(page)
    made: list[Made] = []

    def done() -> Response[Any]:
        if not made:  # the same form sent again: the key was shown, and nobody can read it now
            return page.redirect(f"{PLACE}?said=made")
        row = made[0].row
        view = KeyView(row=row, said=words_of(page.site.vault, row), key=made[0].key)
        return page.render("admin/oversight/person_list_key.html", view)

    return carry_out_once(
        page, lambda: made.append(making.make(page.work, key)), done, _again(f"list-{key}")
    )


def fetch(page: Page) -> Response[Any]:
    """Send the encrypted file to whoever asked for it."""
    key = _key(page)
    fetched: list[Fetched] = []
    return carry_out(
        page,
        lambda: fetched.append(making.fetch(page.work, key)),
        lambda: page.download(fetched[0].name, fetched[0].body),
        _again(f"list-{key}"),
    )


def destroyed(page: Page) -> Response[Any]:
    """Confirm that what was fetched is destroyed."""
    key = _key(page)
    how = page.form.get(f"how-{key}")
    return _act(
        page, "destroyed", lambda: making.confirm_destroyed(page.work, key, how), f"how-{key}"
    )


def _key(page: Page) -> int:
    return number_in_address(page, "person_list_id")


def _again(field: str, *, named: bool = False) -> Again[Any]:
    return Again(show, field, FIELDS, named=named, but=NotFoundError)


def _act(
    page: Page, said: str, act: Callable[[], object], field: str, *, named: bool = False
) -> Response[Any]:
    return carry_out_once(page, act, f"{PLACE}?said={said}", _again(field, named=named))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    ask, decide = Permission.ASK_FOR_LISTS, Permission.APPROVE_LISTS
    one = PLACE + "/{person_list_id:int}"
    return [
        staff_route("GET", PLACE, show, ask),
        staff_route("POST", PLACE + "/request", request, ask, shows=show),
        staff_route("POST", one + "/approve", approve, decide, shows=show),
        staff_route("POST", one + "/refuse", refuse, decide, shows=show),
        staff_route("POST", one + "/withdraw", withdraw, ask, shows=show),
        staff_route("POST", one + "/make", make, decide, shows=show),
        staff_route("POST", one + "/fetch", fetch, ask, shows=show),
        staff_route("POST", one + "/destroyed", destroyed, ask, shows=show),
    ]
