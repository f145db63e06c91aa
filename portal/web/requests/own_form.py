"""The key of a form that a household sends while it is signed in."""

import secrets

from portal.resident_page import Page
from portal.web.signin.activation import session_of

LONGEST = 30
"""Characters of a key that a browser sent: with form and account it fits its column."""


def own_form_key(page: Page, form: str) -> str:
    """Return the form's key, valid for this account only: no key leads to another's receipt."""
    typed = page.form.get("form_key") or secrets.token_urlsafe(18)
    return f"{form}:{session_of(page).owner_id}:{typed[:LONGEST]}"
