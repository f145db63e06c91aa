"""The events of requests, their parts, parcels and mail, in words for a household's timeline."""

from portal.domain.foundation.texts import _s


def request_events() -> dict[str, str]:
    """Return the words of every step, by the action that the audit event names."""
    return _requests() | _declines() | _alternatives() | _mail()


def _requests() -> dict[str, str]:
    return {
        "request.opened": _s("申請を受け付け"),
        "request.claimed": _s("申請の審査を始めた"),
        "request.released": _s("申請の審査をやめて戻した"),
        "request.paper_added": _s("紙の申請書を登録"),
        "request.paper_scan_added": _s("紙の申請書に、スキャンをつけた"),
        "request.paper_witnessed": _s("もう一人が紙を見て、入力と同じことを確かめた"),
        "request.paper_differs": _s("もう一人が紙を見て、入力とちがうところを見つけた"),
        "request.paper_corrected": _s("紙の申請書の入力を直した"),
        "request.honored": _s("締め切り前の受付番号により、申請を期限内とした"),
        "request.proceed": _s("申請が進行中になった"),
        "request.ask_back": _s("申請を本人に戻した"),
        "request.answer": _s("本人から返事があった"),
        "request.review_again": _s("申請がもう一度、審査待ちになった"),
        "request.left_to_ward": _s("受け取る世帯が支援措置の対象になり、区だけの申請になった"),
        "request.close": _s("申請が終わった"),
        "request.reopen": _s("決めた申請を、審査にもどした"),
        "request.reclose": _s("終わった申請の結果が変わった"),
        "entitlement.claimed": _s("こどもの分が、申請の手続き中になった"),
        "entitlement.freed": _s("こどもの分の手続きが終わった"),
        "entitlement.reopen": _s("辞退でなくなったので、こどもの分を手続き中に戻した"),
        "recipient_change.accept": _s("支給先の変更を承認（発行者の確認待ち）"),
        "recipient_change.move": _s("支給先を変更"),
        "recipient_change.found_spent": _s("クーポンが使われていたため、支給先の変更を断った"),
        "recipient_change.refuse": _s("支給先の変更を断った"),
        "recipient_change.withdraw": _s("支給先の変更の取り下げ"),
    }


def _declines() -> dict[str, str]:
    return {
        "decline.accept": _s("辞退を承認（発行者の確認待ち）"),
        "decline.confirm": _s("辞退が成立"),
        "decline.return": _s("辞退を本人に戻した"),
        "decline.resubmit": _s("直した辞退が出された"),
        "decline.mark_unclear": _s("辞退かどうか、はっきりしない書類とした"),
        "decline.clarify": _s("辞退だとはっきりした"),
        "decline.clarify_refuse": _s("辞退ではないとはっきりした"),
        "decline.found_spent": _s("クーポンが使われていたため、辞退を断った"),
        "decline.refuse": _s("辞退を断った"),
        "decline.reopen": _s("決めた辞退を、審査にもどした"),
        "decline.withdraw": _s("辞退の取り下げ"),
        "decline.honored": _s("締め切り前の受付番号により、辞退を期限内とした"),
    }


def _alternatives() -> dict[str, str]:
    return {
        "alternative.reopen": _s("断った紙の代替品を、審査にもどした"),
        "redelivery.reopen": _s("断った再配達を、審査にもどした"),
        "alternative.approve": _s("紙の代替品を承認（発行者の確認待ち）"),
        "alternative.confirm": _s("電子クーポンが止まり、紙の代替品が決まった"),
        "alternative.found_spent": _s("クーポンが使われていたため、紙の代替品を断った"),
        "alternative.return": _s("紙の代替品が戻ってきた"),
        "alternative.pack": _s("紙の代替品を箱に詰めた"),
        "alternative.post": _s("紙の代替品を発送"),
        "alternative.deliver": _s("紙の代替品をお渡し"),
        "alternative.repost": _s("紙の代替品をもう一度発送"),
        "alternative.restock": _s("紙の代替品を在庫に戻した"),
        "alternative.lose": _s("郵便局が紙の代替品をなくした"),
        "alternative.find": _s("なくなった紙の代替品が見つかった"),
        "alternative.resend": _s("なくなった紙の代替品の代わりを送ることにした"),
        "alternative.write_off": _s("なくなった紙の代替品を送りなおさないことにした"),
        "alternative.refuse": _s("紙の代替品を断った"),
        "alternative.withdraw": _s("紙の代替品の申請の取り下げ"),
        "parcel.counted": _s("小包の中身を数えた"),
        "parcel.confirmed": _s("小包の中身を二人目が確かめた"),
        "parcel.discarded": _s("小包を作り直すことにした"),
        "parcel.address_read": _s("小包のあて名を表示"),
    }


def _mail() -> dict[str, str]:
    return {
        "shipment.planned": _s("発送を準備"),
        "shipment.post": _s("発送"),
        "shipment.absent": _s("不在のため、郵便局で保管"),
        "shipment.deliver": _s("配達が完了"),
        "shipment.return": _s("差出人に返送中"),
        "shipment.receive": _s("返送された郵便を受け取った"),
        "shipment.turn_up": _s("届いたか、なくなったはずの郵便が、手元に戻った"),
        "shipment.lose": _s("郵便の行方がわからなくなった"),
        "shipment.find": _s("行方がわからない郵便が見つかった"),
        "shipment.cancel": _s("発送を取りやめ"),
        "redelivery.approve": _s("再配送を承認"),
        "redelivery.fulfill": _s("再配送の手紙か荷物を用意"),
        "redelivery.refuse": _s("再配送を断った"),
        "redelivery.withdraw": _s("再配送の取り下げ"),
        "stock.reserved": _s("在庫を取り置き"),
        "stock.released": _s("在庫の取り置きをやめた"),
    }
