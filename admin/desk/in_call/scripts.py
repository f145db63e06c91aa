"""Scripts beside a call: in its language, with the Japanese text, and searchable in place."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from markupsafe import Markup

from admin import words
from admin.contacts import script_words
from admin.contacts.script_view import (
    ScriptView,
    chosen_language,
    greets_by_name,
    groups,
    view,
)
from admin.page import Page
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.scripts import queries
from portal.domain.contacts.scripts.defaults import LANGUAGES, Script
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import current_locale
from portal.platform.http.locale import html_lang
from portal.platform.view import View

WORDS = "script_q"
SHOWN = 20
MOST_PANELS = 64
_PANELS: dict[tuple[Any, ...], Markup] = {}
"""Panels rendered once for each language and state of the scripts.

Every page of a call has them, and they seldom change.
"""


class ScriptsView(View, frozen=True):
    """The part of a page that ``admin/desk/in_call/_scripts.html`` draws."""

    script_words: ModuleType
    script_language: str
    script_languages: Sequence[str]
    script_here: str
    script_q: str
    script_hits: Sequence[ScriptView]
    script_more: bool
    script_panel: Markup | str
    script_unnamed: bool


def scripts_beside(page: Page, call: Call | None) -> ScriptsView:
    """Return the scripts of the call's language, searched in place.

    Its links and its search stay on the current page.
    """
    program, today = page.site.program, jst_date(page.now)
    code = chosen_language(page, call.language if call is not None else "ja")
    typed = page.query.get(WORDS, "").strip()[:60]
    by_name = greets_by_name(page)
    hits = queries.search(page.work, typed, by_name=by_name)
    return ScriptsView(
        script_words=script_words,
        script_language=code,
        script_languages=list(LANGUAGES),
        # the address of a posted form cannot be opened by a link
        script_here=page.path if page.method == "GET" else "/scripts",
        script_q=typed,
        script_hits=[view(program, hit.script, code, today) for hit in hits[:SHOWN]],
        script_more=len(hits) > SHOWN,
        script_panel=_panel(page, code, by_name=by_name) if not typed else "",
        script_unnamed=not by_name,
    )


def _panel(page: Page, code: str, *, by_name: bool) -> Markup:
    """Return the scripts by part and category, to open one by one.

    Without ``by_name`` the greetings that name the ward are left out.
    """
    program, today = page.site.program, jst_date(page.now)
    found = queries.scripts(page.session, by_name=by_name)
    key = (program, today, tuple(_content(one) for one in found), code, current_locale())
    if key not in _PANELS:
        if len(_PANELS) >= MOST_PANELS:
            _PANELS.clear()
        drawn = page.site.templates.get_template("admin/desk/in_call/_all_scripts.html").render(
            groups=[
                (group, [view(program, script, code, today) for script in group.scripts])
                for group in groups(found)
            ],
            words=words,
            script_words=script_words,
            lang=html_lang(current_locale()),
        )
        _PANELS[key] = Markup(drawn)  # noqa: S704  (a template with autoescape made it)
    return _PANELS[key]


def _content(script: Script) -> tuple[object, ...]:
    """Return what distinguishes a script from those of other panels; short if never edited."""
    draft = script.draft
    edited = (draft.title, draft.title_en, *draft.texts.items()) if script.number else ()
    return script.key, *edited
