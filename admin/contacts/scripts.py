"""Scripts: searched and read by agents; edited by supervisors with preview and history."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts import script_words
from admin.contacts.script_view import (
    ScriptGroup,
    ScriptView,
    Spoken,
    chosen_language,
    greets_by_name,
    groups,
    view,
)
from admin.page import Page
from portal.domain.contacts.calls.categories import CATEGORIES
from portal.domain.contacts.scripts import queries, services
from portal.domain.contacts.scripts.defaults import (
    LANGUAGES,
    PARTS,
    UNNAMED_GREETING,
    Draft,
    Script,
)
from portal.domain.contacts.scripts.values import NAMES, values_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names, staff_user
from portal.platform.carrying_out import Again
from portal.platform.http.locale import html_lang
from portal.platform.view import View


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _key(page: Page) -> str:
    return str(page.params["key"])[:60]


class ScriptsView(View, frozen=True):
    """What ``admin/contacts/scripts/scripts.html`` shows."""

    script_words: ModuleType
    languages_spoken: Sequence[str]
    language: str
    q: str
    hits: Sequence[tuple[ScriptView, Sequence[str]]]
    count: int
    groups: Sequence[ScriptGroup]
    edits: bool
    said: str


def show_list(page: Page) -> Response[Any]:
    """Show the scripts by part and category, or the hits of a search."""
    program, language = page.site.program, chosen_language(page)
    today = jst_date(page.now)
    q = page.query.get("q", "").strip()[:60]
    edits = allowed(page, Permission.EDIT_SCRIPTS)
    by_name = edits or greets_by_name(page)
    hits = queries.search(page.work, q, include_hidden=edits, by_name=by_name)
    listed = queries.scripts(page.session, include_hidden=edits, by_name=by_name)
    return page.render(
        "admin/contacts/scripts/scripts.html",
        ScriptsView(
            script_words=script_words,
            languages_spoken=list(LANGUAGES),
            language=language,
            q=q,
            hits=[
                (view(program, hit.script, language, today), hit.languages)
                for hit in hits[: queries.PAGE]
            ],
            count=len(hits),
            groups=groups(listed),
            edits=edits,
            said=page.query.get("said", ""),
        ),
    )


class ScriptPageView(View, frozen=True):
    """What ``admin/contacts/scripts/script.html`` shows."""

    one: Script
    view: ScriptView
    language: str
    languages_spoken: Sequence[str]
    script_words: ModuleType
    edits: bool
    author: StaffUser | None
    authors: Mapping[int, str]
    old: bool
    newest: int
    past_versions: Sequence[Script]
    older: bool
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a script as agents see it, or one of its versions, with its history.

    An agent who calls a household that asked not to have the ward named is sent from every other
    greeting to the one for it.
    """
    key = _key(page)
    newest = queries.script(page.session, key)
    edits, language = allowed(page, Permission.EDIT_SCRIPTS), chosen_language(page)
    if not edits and newest.greets_by_name and not greets_by_name(page):
        return page.redirect(f"/scripts/{UNNAMED_GREETING}?speak={language}")
    asked = page.params.get("number", page.form.get("number"))
    one = newest if asked in {None, ""} else queries.version(page.session, key, _number(str(asked)))
    typed = page.query.get("before", "")
    past = queries.history(page.session, key, before=_number(typed) if typed else None)
    return page.render(
        "admin/contacts/scripts/script.html",
        ScriptPageView(
            one=one,
            view=view(page.site.program, one, language, jst_date(page.now)),
            language=language,
            languages_spoken=list(LANGUAGES),
            script_words=script_words,
            edits=edits,
            author=staff_user(page.session, one.author_id) if one.author_id is not None else None,
            authors=staff_names(
                page.session, {row.author_id for row in past if row.author_id is not None}
            ),
            old=one.number != newest.number,
            newest=newest.number,
            past_versions=past[: queries.PAGE],
            older=len(past) > queries.PAGE,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


class EditedView(View, frozen=True):
    """The edited script and the addresses of its form; ``theirs`` was saved by others meanwhile."""

    one: Script | None
    base: int | str
    theirs: Script | None
    author: StaffUser | None
    action: str
    preview_action: str
    previews: Sequence[Spoken]


class ScriptEditView(View, frozen=True):
    """What ``admin/contacts/scripts/script_edit.html`` shows."""

    script_words: ModuleType
    languages_spoken: Sequence[str]
    names: Sequence[str]
    values: Mapping[str, LocalText]
    parts: Sequence[str]
    categories: Sequence[str]
    html_langs: Mapping[str, str]
    own: EditedView


def show_edit(
    page: Page, status_code: int = 200, *, theirs: Script | None = None, preview: bool = False
) -> Response[Any]:
    """Show the form of a script; ``theirs`` is what somebody else saved meanwhile, to compare."""
    one = queries.script(page.session, _key(page))
    if page.method == "GET":
        page.form.values = _typed(one.draft)
    base = (
        theirs.number
        if theirs is not None
        else _number(page.form.get("base"))
        if page.method == "POST"
        else one.number
    )
    address = f"/scripts/{one.key}"
    author = (
        staff_user(page.session, theirs.author_id)
        if theirs is not None and theirs.author_id is not None
        else None
    )
    own = EditedView(
        one=one,
        base=base,
        theirs=theirs,
        author=author,
        action=f"{address}/save",
        preview_action=f"{address}/preview",
        previews=_previews(page) if preview else [],
    )
    return _form(page, status_code, own)


def show_add(page: Page, status_code: int = 200, *, preview: bool = False) -> Response[Any]:
    """Show the form for a script of the supervisors' own."""
    own = EditedView(
        one=None,
        base=0,
        theirs=None,
        author=None,
        action="/scripts/add/save",
        preview_action="/scripts/add/preview",
        previews=_previews(page) if preview else [],
    )
    return _form(page, status_code, own)


def _form(page: Page, status_code: int, own: EditedView) -> Response[Any]:
    shown = ScriptEditView(
        script_words=script_words,
        languages_spoken=list(LANGUAGES),
        names=NAMES,
        values=values_of(page.site.program, jst_date(page.now)),
        parts=PARTS,
        categories=list(CATEGORIES),
        html_langs={code: html_lang(locale) for code, locale in LANGUAGES.items()},
        own=own,
    )
    return page.render("admin/contacts/scripts/script_edit.html", shown, status_code)


def _typed(draft: Draft) -> dict[str, str]:
    texts = {f"text_{code}": draft.texts.get(code, "") for code in LANGUAGES}
    return (
        texts
        | {"title": draft.title, "title_en": draft.title_en}
        | ({"hidden": "1"} if draft.hidden else {})
    )


def _draft(page: Page) -> Draft:
    form = page.form
    draft = Draft(
        form.get("title"),
        form.get("title_en"),
        {code: form.get(f"text_{code}") for code in LANGUAGES},
        hidden=form.get("hidden") == "1",
    )
    for field, sentence in services.faults_of(draft).items():
        form.error(field, sentence)
    return draft


def _previews(page: Page) -> list[Spoken]:
    typed = Script("preview", PARTS[0], "", 0, _draft(page))
    return [view(page.site.program, typed, code, jst_date(page.now)).spoken for code in LANGUAGES]


def preview(page: Page) -> Response[Any]:
    """Show the typed text as agents would see it; nothing is saved."""
    shown = show_edit(page, preview=True)
    return shown if page.form.ok else show_edit(page, 422, preview=True)


def preview_added(page: Page) -> Response[Any]:
    """Show a new script as agents would see it; nothing is saved."""
    shown = show_add(page, preview=True)
    return shown if page.form.ok else show_add(page, 422, preview=True)


def _seen(page: Page) -> services.SeenVersion:
    return services.SeenVersion(_key(page), _number(page.form.get("base")))


def save(page: Page) -> Response[Any]:
    """Save a new version; if somebody else did meanwhile, show both texts."""
    key, draft = _key(page), _draft(page)
    if not page.form.ok:
        return show_edit(page, 422)
    try:
        with page.session.begin_nested():
            if first_post(page):
                services.save(page.work, _seen(page), draft)
    except ConflictError as error:
        page.form.error("theirs", error.message)
        return show_edit(page, 409, theirs=queries.script(page.session, key))
    return page.redirect("/scripts?said=hidden" if draft.hidden else f"/scripts/{key}?said=saved")


def add(page: Page) -> Response[Any]:
    """Add a script of the supervisors' own."""
    draft, form = _draft(page), page.form
    section = services.Section(form.get("part"), form.get("category"))
    if form.ok:
        try:
            with page.session.begin_nested():
                if first_post(page):
                    services.add(page.work, section, draft)
        except InputError as error:
            form.error(error.code, error.message)
    return page.redirect("/scripts") if form.ok else show_add(page, 422)


def restore(page: Page) -> Response[Any]:
    """Restore an earlier version as the newest."""
    key, form = _key(page), page.form
    return carry_out_once(
        page,
        lambda: services.restore(page.work, _seen(page), _number(form.get("number"))),
        f"/scripts/{key}?said=restored",
        Again(show, "restore", status=409, only=ConflictError),
    )


def show_version(page: Page) -> Response[Any]:
    """Show one version of a script."""
    if page.params["number"] != 0:
        number_in_address(page, "number")
    return show(page)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, edit, one = Permission.SEE_SCRIPTS, Permission.EDIT_SCRIPTS, "/scripts/{key:str}"
    return [
        staff_route("GET", "/scripts", show_list, see),
        staff_route("GET", "/scripts/add", show_add, edit),
        staff_route("POST", "/scripts/add/preview", preview_added, edit, shows=show_add),
        staff_route("POST", "/scripts/add/save", add, edit, shows=show_add),
        staff_route("GET", one, show, see),
        staff_route("GET", one + "/versions/{number:int}", show_version, see),
        staff_route("GET", one + "/edit", show_edit, edit),
        staff_route("POST", one + "/preview", preview, edit, shows=show_edit),
        staff_route("POST", one + "/save", save, edit, shows=show_edit),
        staff_route("POST", one + "/restore", restore, edit, shows=show),
    ]
