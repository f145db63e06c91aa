"""Scripts beside a call: in its language, with the Japanese text, and searchable in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from markupsafe import Markup

from admin import words
from admin.contacts import script_words
from admin.contacts.script_view import ScriptView, chosen_language, groups, view
from admin.page import Page
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.scripts import queries
from portal.domain.contacts.scripts.defaults import LANGUAGES
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


@dataclass(frozen=True, slots=True)
class ScriptsView(View):
    """The part of a page that ``admin/desk/in_call/_scripts.html`` draws."""

    script_words: ModuleType
    script_language: str
    script_languages: Sequence[str]
    script_here: str
    script_q: str
    script_hits: Sequence[ScriptView]
    script_more: bool
    script_panel: Markup | str


def scripts_beside(page: Page, call: Call | None) -> ScriptsView:
    """Return the scripts of the call's language, searched in place.

    Its links and its search stay on the current page.
    """
    program = page.site.program
    code = chosen_language(page, call.language if call is not None else "ja")
    typed = page.query.get(WORDS, "").strip()[:60]
    hits = queries.search(page.work, typed)
    return ScriptsView(
        script_words=script_words,
        script_language=code,
        script_languages=list(LANGUAGES),
        # a form that was sent comes back under its own address, which cannot be opened
        script_here=page.path if page.method == "GET" else "/scripts",
        script_q=typed,
        script_hits=[view(program, hit.script, code) for hit in hits[:SHOWN]],
        script_more=len(hits) > SHOWN,
        script_panel=_panel(page, code) if not typed else "",
    )


def _panel(page: Page, code: str) -> Markup:
    """Return all scripts by part and category, to open one by one."""
    program, found = page.site.program, queries.scripts(page.session)
    edited = tuple(
        (one.key, one.draft.title, *one.draft.texts.items()) for one in found if one.number
    )
    key = (program, len(found), edited, code, current_locale())
    if key not in _PANELS:
        if len(_PANELS) >= MOST_PANELS:
            _PANELS.clear()
        drawn = page.site.templates.get_template("admin/desk/in_call/_all_scripts.html").render(
            groups=[
                (part, category, [view(program, script, code) for script in members])
                for part, category, members in groups(found)
            ],
            words=words,
            script_words=script_words,
            lang=html_lang(current_locale()),
        )
        _PANELS[key] = Markup(drawn)  # noqa: S704  (a template with autoescape made it)
    return _PANELS[key]
