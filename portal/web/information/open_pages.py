"""Pages that ask whoever reads them for nothing: no cookie, the language stands in the address."""

from litestar import Response

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.platform.http.incoming import WebRequest
from portal.platform.http.locale import CODE_OF, choose

NO_REFERRER = {"referrer-policy": "no-referrer"}
"""Where one goes from here learns nothing of this page, neither another site nor ours."""


def in_the_browsers_language(
    request: WebRequest, folder: str, offered: tuple[str, ...] = RESIDENT_LOCALES
) -> Response[None]:
    """Lead to the page below ``folder`` in one of the languages that the browser asks for."""
    code = CODE_OF[choose(None, request.headers.get("accept-language", ""), offered)]
    return Response(None, status_code=303, headers=NO_REFERRER | {"location": f"{folder}{code}"})
