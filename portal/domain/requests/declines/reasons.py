"""Code words of the review of a decline: reasons for the resident, warnings for the reviewer."""

from portal.domain.foundation.texts import Labeled, _, _s


class DeclineReason(Labeled):
    """Standard reasons of a return or a refusal, as the resident reads them."""

    SPENT = "spent", lambda: _("クーポンが使われていたため、辞退にできませんでした。")
    LATE = "late", lambda: _("受付の期間が終わったあとに届いたため、辞退にできませんでした。")
    NOT_AUTHORIZED = (
        "not_authorized",
        lambda: _("世帯主の署名か、世帯主からの委任状が必要です。"),
    )
    UNCLEAR = "unclear", lambda: _("書かれていることから、辞退かどうかがわかりませんでした。")
    INCOMPLETE = "incomplete", lambda: _("書き足りないところがあります。")
    NO_DECLINE = "no_decline", lambda: _("辞退ではないことを、ご本人に確かめました。")
    OTHER = "other", lambda: _("下の文を読んでください。")


class DeclineWarning(Labeled):
    """What a reviewer must look at, as staff read it."""

    LATE = "late", lambda: _s("受付の期間のあとに届いた書類です。受け入れられません。")
    NO_ATTORNEY = (
        "no_attorney",
        lambda: _s(
            "世帯主のほかの人の署名で、委任状がありません。委任状が届くまで、受け入れられません。"
        ),
    )
    ADULT_WARD = (
        "adult_ward",
        lambda: _s("申し出た日に18歳以上のこどもがいます。区の担当者だけが受け入れられます。"),
    )
    COUNTERSIGN = "countersign", lambda: _s("申し出た日に18歳以上のこどもの署名を待っています。")
    HONORED = (
        "honored",
        lambda: _s(
            "サインインできない人が、期限の前に申し込んだものです。受付番号と本人を確かめました。"
        ),
    )
    CROSSED = (
        "crossed",
        lambda: _s(
            "本人が取り下げたあとに届いた、それより前の書類です。本人の気持ちを確かめてください。"
        ),
    )


WEAK = frozenset({DeclineWarning.LATE, DeclineWarning.NO_ATTORNEY})
"""A request with one of these has no effect on coupons and is never accepted.

A better declaration may still complete it.
"""
