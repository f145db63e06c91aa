"""What an agent says, beside the call: in the call's language, with the Japanese text, and searched in place."""

from typing import Any

from admin import script_words
from admin.access import allowed
from admin.script_view import chosen_language, groups, view
from portal.domain.calls.models import Call
from portal.domain.scripts import queries
from portal.domain.scripts.defaults import LANGUAGES
from portal.domain.scripts.values import values_of
from portal.domain.staff.permissions import Permission
from portal.platform.page import Page

WORDS = "script_q"
SHOWN = 20


def scripts_context(page: Page, call: Call | None) -> dict[str, Any]:
    """Return what ``admin/desk_scripts.html`` shows; its links and its search stay on the page that is open."""
    program, session = page.site.program, page.session
    code = chosen_language(page, call.language if call is not None else "ja")
    words = page.query.get(WORDS, "").strip()[:60]
    hits = queries.search(session, words, values_of(program))
    return {
        "script_words": script_words,
        "script_language": code,
        "script_languages": list(LANGUAGES),
        # a form that was sent comes back under its own address, which cannot be opened
        "script_here": page.path if page.method == "GET" else "/scripts",
        "script_q": words,
        "script_hits": [view(program, hit.script, code) for hit in hits[:SHOWN]],
        "script_more": len(hits) > SHOWN,
        "script_groups": [
            (part, category, [view(program, script, code) for script in members])
            for part, category, members in groups(queries.scripts(session))
        ]
        if not words
        else [],
        "script_edits": allowed(page, Permission.EDIT_SCRIPTS),
    }
