"""Enroll a channel for one-time codes: at the first sign-in, and later from the account."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from portal.domain.foundation.errors import DomainError, InputError, NotAllowedError, ThrottledError
from portal.domain.foundation.texts import _, plain
from portal.domain.people.authn import codes, totp
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.authn.typed_code import CodeAnswer
from portal.domain.people.coupons.qr import draw_png
from portal.domain.people.notices.phones import parse_email, parse_mobile
from portal.domain.people.signin import code_sending, second_factor
from portal.platform.routes import Guard, endpoint
from portal.platform.view import View
from portal.resident_page import Page, ResidentWho
from portal.web.signin.activation import at_channel, finish, session_of, step
from portal.web.signin.asking import asked
from portal.web.signin.code import SentCode, masked, proven, remember_device, sent_code
from portal.web.signin.code_texts import channel_name, code_error
from portal.web.signin.fresh import with_password


class Flow(Struct, frozen=True):
    """One of the two places of enrolling: its addresses, its guard, and what follows the proof."""

    prefix: str
    guard: Guard[ResidentWho]
    access: str
    first_time: bool
    after: Callable[[Page], Response[Any]]


def _step(flow: Flow, page: Page) -> tuple[int, int] | None:
    return step(page, "channel") if flow.first_time else None


def _pending(page: Page) -> OtpAuthenticator | None:
    return second_factor.pending(page.session, session_of(page))


class ChannelChooseView(View, frozen=True):
    """What ``portal/signin/channel_choose.html`` shows."""

    flow: Flow
    offered: Sequence[str]
    taken: Sequence[str]
    step: tuple[int, int] | None


def show(flow: Flow, page: Page, status_code: int = 200) -> Response[Any]:
    """Let the resident choose a channel."""
    return page.render(
        "portal/signin/channel_choose.html",
        ChannelChooseView(
            flow=flow,
            offered=page.site.channels,
            taken=[a.kind for a in proven(page).confirmed],
            step=_step(flow, page),
        ),
        status_code,
    )


def choose(flow: Flow, page: Page) -> Response[Any]:
    """Continue with the chosen channel: show an app its key, or ask for an address."""
    kind = page.form.get("channel")
    if kind not in page.site.channels:
        page.form.error("channel-totp", _("番号の受け取り方を選んでください。"))
        return show(flow, page, 422)
    if kind == CodeChannel.TOTP:
        return _enroll(flow, page, kind, totp.new_totp_secret())
    auth = session_of(page)
    auth.data = auth.data | {"kind": kind}
    return page.redirect(f"{flow.prefix}/address")


def _enroll(flow: Flow, page: Page, kind: str, secret: str) -> Response[Any]:
    authenticator = second_factor.enroll(
        page.work, session_of(page), kind, secret, page.site.channels
    )
    if kind != CodeChannel.TOTP:
        code_sending.send_code(page.work, authenticator, CodePurpose.ENROLL, asked(page))
    return page.redirect(f"{flow.prefix}/prove")


class ChannelAddressView(View, frozen=True):
    """What ``portal/signin/channel_address.html`` shows."""

    flow: Flow
    kind: CodeChannel
    step: tuple[int, int] | None


def show_address(flow: Flow, page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the telephone number or the email address."""
    kind = session_of(page).data.get("kind")
    if kind not in {CodeChannel.SMS, CodeChannel.EMAIL}:
        return page.redirect(flow.prefix)
    return page.render(
        "portal/signin/channel_address.html",
        ChannelAddressView(flow=flow, kind=CodeChannel(kind), step=_step(flow, page)),
        status_code,
    )


def submit_address(flow: Flow, page: Page) -> Response[Any]:
    """Read the address in any usual form and send a code to it."""
    kind = session_of(page).data.get("kind")
    if kind not in {CodeChannel.SMS, CodeChannel.EMAIL}:
        return page.redirect(flow.prefix)
    try:
        address = (
            parse_mobile(page.form.get("address"))
            if kind == CodeChannel.SMS
            else parse_email(page.form.get("address"))
        )
        return _enroll(flow, page, kind, address)
    except (InputError, NotAllowedError) as error:
        page.form.error("address", error.message)
        return show_address(flow, page, 422)
    except ThrottledError as error:
        page.form.error("address", error.message)
        return show_address(flow, page, 429)


def _address(page: Page, pending: OtpAuthenticator, secret: str) -> str:
    """Return the address in full if it was typed in this session, so that a slip can be seen.

    Otherwise only a hint of it is legible.
    """
    typed = (pending.address_digest or b"").hex()
    if not typed or session_of(page).data.get("typed") != typed:
        return masked(page, pending)
    return (
        f"0{secret[3:5]}-{secret[5:9]}-{secret[9:]}" if pending.kind == CodeChannel.SMS else secret
    )


class ChannelProveView(View, frozen=True):
    """What ``portal/signin/channel_prove.html`` shows."""

    flow: Flow
    kind: str
    name: str
    sent: SentCode | None
    step: tuple[int, int] | None
    address: str
    key: str
    uri: str


def show_prove(flow: Flow, page: Page, status_code: int = 200) -> Response[Any]:
    """Show the app's key, or where the code was sent, and ask for the code."""
    pending = _pending(page)
    if pending is None:
        return page.redirect(flow.prefix)
    secret = codes.secret_of(page.site.vault, pending)
    is_app = pending.kind == CodeChannel.TOTP
    shown = ChannelProveView(
        flow=flow,
        kind=pending.kind,
        name=channel_name(pending.kind),
        sent=sent_code(page, pending, CodePurpose.ENROLL),
        step=_step(flow, page),
        address=_address(page, pending, secret),
        key=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)) if is_app else "",
        uri=_uri(page, secret) if is_app else "",
    )
    return page.render("portal/signin/channel_prove.html", shown, status_code)


def _uri(page: Page, secret: str) -> str:
    names = page.site.program.names
    return totp.totp_uri(secret, plain(str(names.program)), plain(str(names.ward)))


def totp_image(flow: Flow, page: Page) -> Response[Any]:
    """Return the app's key as a QR image, for a second device."""
    pending = _pending(page)
    if pending is None or pending.kind != CodeChannel.TOTP:
        return page.redirect(flow.prefix)
    return page.send(draw_png(_uri(page, codes.secret_of(page.site.vault, pending))), "image/png")


def submit_prove(flow: Flow, page: Page) -> Response[Any]:
    """Check the code; the right one confirms the channel."""
    if _pending(page) is None:
        return page.redirect(flow.prefix)
    answer, source = second_factor.prove(page.work, session_of(page), page.form.get("code"))
    if answer is not CodeAnswer.RIGHT:
        page.form.error("code", code_error(answer, source))
        return show_prove(flow, page, 422)
    remember_device(page)
    return flow.after(page)


def send_again(flow: Flow, page: Page) -> Response[Any]:
    """Send another code; the one before ends."""
    pending = _pending(page)
    if pending is None or pending.kind == CodeChannel.TOTP:
        return page.redirect(flow.prefix)
    try:
        code_sending.send_code(page.work, pending, CodePurpose.ENROLL, asked(page))
    except DomainError as error:
        page.form.error("code", error.message)
        return show_prove(flow, page, 429)
    return page.redirect(f"{flow.prefix}/prove")


def _waiting(page: Page) -> Response[Any]:
    return page.redirect("/account/changes")


FLOWS = (
    Flow("/start/channel", at_channel, "stage:channel", True, finish),
    Flow("/account/channel", with_password, "signed_in", False, _waiting),
)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module, for both flows."""
    return [handler for flow in FLOWS for handler in _routes(flow)]


def _routes(flow: Flow) -> list[HTTPRouteHandler]:
    def bound(handler: Callable[..., Response[Any]]) -> Callable[[Page], Response[Any]]:
        made = partial(handler, flow)
        made.__name__ = handler.__name__  # type: ignore[attr-defined]
        return made

    def get(path: str, handler: Callable[..., Response[Any]]) -> HTTPRouteHandler:
        return endpoint("GET", flow.prefix + path, bound(handler), flow.guard, flow.access)

    def post(
        path: str, handler: Callable[..., Response[Any]], shows: Callable[..., Response[Any]]
    ) -> HTTPRouteHandler:
        where, shown = flow.prefix + path, bound(shows)
        return endpoint("POST", where, bound(handler), flow.guard, flow.access, shows=shown)

    return [
        get("", show),
        post("/choose", choose, show),
        get("/address", show_address),
        post("/address/submit", submit_address, show_address),
        get("/prove", show_prove),
        get("/totp.png", totp_image),
        post("/prove/submit", submit_prove, show_prove),
        post("/prove/send", send_again, show_prove),
    ]
