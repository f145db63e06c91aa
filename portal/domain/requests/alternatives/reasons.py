"""Code words of the review of a paper alternative: reasons for residents, warnings for staff."""

from portal.domain.foundation.texts import Labeled, _, _s


class AlternativeReason(Labeled):
    """Standard reasons of a return or a refusal, as the resident reads them."""

    INCOMPLETE = "incomplete", lambda: _("書き足りないところがあります。")
    NOT_AUTHORIZED = (
        "not_authorized",
        lambda: _("世帯主の署名か、世帯主からの委任状が必要です。"),
    )
    PRODUCT = (
        "product",
        lambda: _("選んだ種類は、いまお渡しできません。ほかの種類を選んでください。"),
    )
    SPENT = (
        "spent",
        lambda: _("クーポンが使われていたため、紙の代替品に変えられませんでした。"),
    )
    CAN_USE = "can_use", lambda: _("電子クーポンを使えることを、ご本人に確かめました。")
    LATE = (
        "late",
        lambda: _("受付の期間が終わったあとに届いたため、紙の代替品に変えられませんでした。"),
    )
    CAME_BACK = (
        "came_back",
        lambda: _("お送りした小包が、戻ってきました。どうするかを、区にご相談ください。"),
    )
    OTHER = "other", lambda: _("下の文を読んでください。")


class AlternativeWarning(Labeled):
    """What a reviewer must look at, as staff read it."""

    HELD = "held", lambda: _s("この世帯は保留中です。保留が解けるまで、受け入れられません。")
    LATE = "late", lambda: _s("受付の期間のあとに届いた書類です。受け入れられません。")
    NO_ATTORNEY = (
        "no_attorney",
        lambda: _s(
            "世帯主のほかの人の署名で、委任状がありません。委任状が届くまで、受け入れられません。"
        ),
    )
    NOT_SIGNED = "not_signed", lambda: _s("署名がありません。本人に確かめてください。")
    UNCLEAR = (
        "unclear",
        lambda: _s("はっきりしない申出書です。本人の気持ちを確かめるまで、受け入れられません。"),
    )
    RESTOCKED = (
        "restocked",
        lambda: _s(
            "小包が戻り、券を在庫に戻しました。区の判断を待っています。"
            "終わらせるときは「断る」を選び、理由を伝えてください。"
        ),
    )
    WRITTEN_OFF = (
        "written_off",
        lambda: _s(
            "郵便局が小包をなくし、送りなおさないことにしました。区の判断を待っています。"
            "終わらせるときは「断る」を選び、理由を伝えてください。"
        ),
    )
