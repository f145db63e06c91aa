"""What agents say about using a coupon, as the program says how its issuer works (``issuer.use``).

The screen says the same: somebody at a till must not hear "show it to nobody" where a shop scans.
"""

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.issuer import IssuerUse
from portal.domain.foundation.texts import _
from portal.domain.people.shops.address import PAGE


def how_it_is_used(program: Program) -> str:
    """Return who does what with a coupon, in the current language."""
    issuer = {"issuer": str(program.issuer.name)}
    match program.issuer.use:
        case IssuerUse.SHOP_SCANS:
            return _(
                "払うときに、クーポンの画面をお店の人に見せます。お店の人が、店の機械で読み取ります。"
            )
        case IssuerUse.HOLDER_OPENS:
            return (
                _(
                    "「クーポンを受け取る」を押すと、%(issuer)sのページが開きます。"
                    "お店では、開いたページを見せます。"
                )
                % issuer
            )
        case IssuerUse.CODE_AND_PIN:
            return (
                _("お店の画面か、%(issuer)sのページで、番号と暗証番号（PIN）を入力します。")
                % issuer
            )


def who_may_see_it(program: Program) -> str:
    """Return to whom a coupon is shown and to whom never, in the current language."""
    match program.issuer.use:
        case IssuerUse.SHOP_SCANS:
            return _(
                "クーポンの画面は、お金と同じです。払うお店の人だけに見せてください。"
                "ほかの人には、見せたり送ったりしないでください。"
            )
        case IssuerUse.HOLDER_OPENS:
            return _(
                "クーポンの画面は、お金と同じです。"
                "お店の人にも、ほかの人にも、見せたり送ったりしないでください。"
            )
        case IssuerUse.CODE_AND_PIN:
            return _(
                "番号と暗証番号（PIN）は、お金と同じです。"
                "ほかの人に教えたり、画面を送ったりしないでください。"
            )


def where_shops_stand(program: Program) -> str:
    """Return the address of the list of shops, or where that is found, in the current language."""
    site = program.resident_url.split("://", 1)[-1]
    return f"{site}{PAGE}" if site else _("このサイトの「使える店」のページ")
