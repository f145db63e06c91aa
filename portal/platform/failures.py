"""Answers to refusals and failures: the right status, one sentence, a next step."""

import logging
from typing import TypeGuard

from litestar import Response

from portal.domain.foundation import errors
from portal.domain.foundation.texts import _
from portal.platform.logs.lines import with_fields
from portal.platform.page import Page
from portal.platform.refusals import note_error
from portal.platform.view import View
from portal.platform.who import W

LOG = logging.getLogger("portal.errors")

STATUS: dict[type[Exception], int] = {
    errors.NotFoundError: 404,
    errors.NotAllowedError: 403,
    errors.WrongStateError: 409,
    errors.ConflictError: 409,
    errors.TooEarlyError: 409,
    errors.TooLateError: 409,
    errors.ThrottledError: 429,
    errors.BusyError: 503,
    errors.InputError: 422,
    PermissionError: 403,
}


class FailureView(View, frozen=True):
    """What the error page of a site shows."""

    status: int
    message: str
    number: str


def error_page(page: Page[W], status: int, message: str) -> Response[str]:
    """Answer with the error page of this site in the reader's language."""
    shown = FailureView(status, message, page.request.number)
    return page.render(f"errors/{page.site.kind}.html", shown, status)


def failure_page(page: Page[W], error: Exception) -> Response[str]:
    """Answer a refusal or a failure with its error page; what was refused is noted."""
    note_error(page.request.route, error)
    if isinstance(error, errors.IntegrityFaultError):
        fields = with_fields(route=page.request.route)
        LOG.error("stored data do not open or do not add up", exc_info=error, extra=fields)
    status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 503)
    message = error.message if _says_why(error) else default_message(status)
    response = error_page(page, status, message)
    if isinstance(error, errors.ThrottledError) and error.retry_at is not None:
        wait = error.retry_at - page.now
        response.headers["retry-after"] = str(max(1, int(wait.total_seconds())))
    elif status == 503:
        response.headers["retry-after"] = "30"
    return response


def _says_why(error: Exception) -> TypeGuard[errors.DomainError]:
    """Return whether the error's own sentence is for who reads the page.

    What damaged data and wrong keys say is for operators: it stands in the log.
    """
    return isinstance(error, errors.DomainError) and not isinstance(
        error, errors.IntegrityFaultError
    )


def default_message(status: int) -> str:
    """Return the sentence for a status that no rule explained."""
    match status:
        case 400 | 408 | 413:
            return _(
                "送られた内容を読み取れませんでした。前の画面にもどって、もう一度お試しください。"
            )
        case 403:
            return _(
                "画面を開いてから時間がたったため、受け付けられませんでした。"
                "画面を開きなおして、もう一度お試しください。"
            )
        case 404 | 405:
            return _("お探しのページは見つかりませんでした。")
        case 429:
            return _("続けて操作されたため、少しお待ちいただいています。")
        case 503:
            return _(
                "いま、つながりにくくなっています。少したってから、"
                "もう一度お試しください。入力した内容は、まだ送られていません。"
            )
        case _:
            return _("うまく処理できませんでした。少したってから、もう一度お試しください。")
