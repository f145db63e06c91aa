"""Who asks for a one-time code: what its message names, and whether the browser is known."""

from portal.domain.people.credentials.queries import credential_by_id
from portal.domain.people.credentials.services import login_id_of
from portal.domain.people.signin.code_sending import Asked
from portal.domain.people.signin.devices import known_device
from portal.platform.http import cookies
from portal.resident_page import Page, origin_of


def asked(page: Page) -> Asked:
    """Return who asks for a code in this page's session."""
    auth = page.who.auth
    known = False
    if auth is not None and auth.owner_id is not None:
        login_id = login_id_of(page.site.vault, credential_by_id(page.session, auth.owner_id))
        known = known_device(page.work, login_id, page.cookie(cookies.DEVICE)) is not None
    return Asked(origin_of(page.site), known)
