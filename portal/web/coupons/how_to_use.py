"""What to do with a coupon, step by step, as its issuer lets it be used (``issuer.use``).

The coupon's page, the help, and what to try when a shop says no follow from it: a telephone cannot
scan its own screen, and only some coupons are shown to a shop.
"""

from msgspec import Struct

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.issuer import IssuerUse
from portal.domain.foundation.texts import _


class Step(Struct, frozen=True):
    """One step: the name of its picture in ``components/how.html``, and its words."""

    picture: str
    words: str


class Check(Struct, frozen=True):
    """One thing to try when a shop says no."""

    title: str
    words: str


class HowToUse(Struct, frozen=True):
    """The words for one way of using a coupon, in the current language.

    Attributes:
        steps: Who does what, in order.
        beside_code: What the code is for.
        on_paper: The same of a printed one.
        trouble: What to do where it is not taken.
        warning: Who may see it.
        checks: What to try at once when a shop says no.
    """

    steps: tuple[Step, ...]
    beside_code: str
    on_paper: str
    trouble: str
    warning: str
    checks: tuple[Check, ...]


def how_to_use(program: Program) -> HowToUse:
    """Return the words for the program's coupons."""
    issuer = {"issuer": str(program.issuer.name)}
    match program.issuer.use:
        case IssuerUse.SHOP_SCANS:
            return _shop_scans()
        case IssuerUse.HOLDER_OPENS:
            return _holder_opens(issuer)
        case IssuerUse.CODE_AND_PIN:
            return _code_and_pin(issuer)


def _shop_scans() -> HowToUse:
    return HowToUse(
        steps=(
            Step("show", _("払うときに、この画面を、お店の人に見せます。")),
            Step("scan", _("お店の人が、店の機械でコードを読み取ります。")),
            Step("done", _("お店の人が「使えました」と言うまで、画面を閉じないでください。")),
        ),
        beside_code=_("お店の人に、このコードを見せてください。"),
        on_paper=_("お店の人に、このコードを見せてください。"),
        trouble=_("読み取れないときは、番号を伝えてください。"),
        warning=_("この画面と画像は、お金と同じです。払うお店の人だけに見せてください。"),
        checks=(
            Check(
                _("画面を明るくする"),
                _("コードの全体を見せて、もう一度読み取ってもらってください。"),
            ),
            Check(
                _("番号を伝える"),
                _("読み取れないときは、コードの下にある番号を、お店の人に伝えてください。"),
            ),
            Check(_("別のレジで、ためす"), _("読み取る機械が、こわれていることがあります。")),
        ),
    )


def _holder_opens(issuer: dict[str, str]) -> HowToUse:
    return HowToUse(
        steps=(
            Step(
                "open",
                _("「クーポンを受け取る」を押します。%(issuer)sのページが開きます。") % issuer,
            ),
            Step("page", _("開いたページで、クーポンを受け取ります。")),
            Step("show", _("お店では、開いたページの画面を、お店の人に見せます。")),
        ),
        beside_code=_(
            "ほかのスマートフォンで開くときに、そのカメラで読み取ります。この電話では読み取れません。"
        ),
        on_paper=_("スマートフォンのカメラで読み取ると、%(issuer)sのページが開きます。") % issuer,
        trouble=_("ページが開かないときは、%(issuer)sに電話して、番号を伝えてください。") % issuer,
        warning=_(
            "この画面と画像は、お金と同じです。お店の人にも、ほかの人にも見せないでください。"
        ),
        checks=(
            Check(
                _("お店に見せる画面か、確かめる"),
                _("お店に見せるのは、「クーポンを受け取る」を押して開いたページです。"),
            ),
            Check(
                _("画面を明るくする"),
                _("コードの全体を見せて、もう一度読み取ってもらってください。"),
            ),
            Check(
                _("ページを開きなおす"),
                _("電波のよいところで、もう一度「クーポンを受け取る」を押してください。"),
            ),
        ),
    )


def _code_and_pin(issuer: dict[str, str]) -> HowToUse:
    return HowToUse(
        steps=(
            Step("page", _("お店の画面か、%(issuer)sのページを開きます。") % issuer),
            Step("type", _("番号と、暗証番号（PIN）を入力します。")),
            Step("done", _("受け取れたことが画面に出たら、終わりです。")),
        ),
        beside_code=_("番号を読み取る機械があるお店では、このコードを見せます。"),
        on_paper=_("番号を読み取る機械があるお店では、このコードを見せます。"),
        trouble=_("入力できないときは、番号を1字ずつ確かめてください。"),
        warning=_("番号と暗証番号（PIN）は、お金と同じです。ほかの人に教えないでください。"),
        checks=(
            Check(
                _("番号を、1字ずつ確かめる"),
                _("数字の0と文字のO、数字の1と文字のIは、似ています。"),
            ),
            Check(_("暗証番号（PIN）を確かめる"), _("番号とは別に、暗証番号（PIN）も入力します。")),
            Check(
                _("会社に聞く"),
                _("%(issuer)sに電話して、番号を伝えてください。暗証番号は、伝えないでください。")
                % issuer,
            ),
        ),
    )
