"""The letter's ID that the form of the sign-in begins with: from the QR, or typed and kept.

It is sealed: whoever gets hold of the browser's files cannot read it.
"""

from portal.domain.people.credentials.formats import print_login_id, read_login_id
from portal.domain.people.signin.carried import carried, carry
from portal.resident_page import Page

COOKIE = "letter_id"
SECONDS = 10 * 60


def keep_letter_id(page: Page, login_id: str, seconds: int = SECONDS) -> None:
    """Let the browser carry an ID, which was checked for its form."""
    sealed = carry(page.site.vault, {"id": login_id}, COOKIE)
    page.answer.set_cookie(COOKIE, sealed, max_age=seconds)


def kept_letter_id(page: Page) -> str:
    """Return the ID as letters print it; empty if the browser carries none."""
    content = carried(page.site.vault, page.cookie(COOKIE), COOKIE)
    login_id = read_login_id(str(content["id"])) if content is not None else None
    return print_login_id(login_id) if login_id is not None else ""


def forget_letter_id(page: Page) -> None:
    """Drop it: it has done its work."""
    page.answer.drop_cookie(COOKIE)
