"""Labels of events in a household's timeline; an unknown action is shown as stored."""

from admin.contacts.call_words import call_events
from admin.contacts.escalation_words import escalation_events
from admin.contacts.fax_words import fax_events
from admin.desk.in_call.act_words import desk_events
from admin.mailroom.incidents.incident_words import incident_events
from admin.mailroom.returned_mail.return_words import return_events
from admin.requests.request_events import request_events
from portal.domain.foundation.texts import _s, kept_per_language


@kept_per_language
def event(action: str) -> str:
    """Return the label of an event."""
    for texts in (
        _sign_in,
        _codes,
        _account,
        _credential,
        _coupon,
        _entitlement,
        _letters,
        _notices_and_tasks,
        _casework,
        request_events,
        call_events,
        desk_events,
        fax_events,
        escalation_events,
        return_events,
        incident_events,
    ):
        if (found := texts().get(action)) is not None:
            return found
    return action


def _sign_in() -> dict[str, str]:
    return {
        "signin.password": _s("IDとパスワードを確認"),
        "signin.refused": _s("サインインを断った（IDかパスワードが違う）"),
        "signin.slow": _s("サインインの失敗が多く、初めての端末を待たせ始めた"),
        "signin.flood": _s("サインインの失敗が5分間に1,000回を超えた"),
        "sms.budget_low": _s("SMSが1時間の上限の8割を超えた"),
        "sms.budget_spent": _s("SMSが1時間の上限に達した"),
        "sms.budget_raised": _s("SMSの今日の上限を上げた"),
        "signin.passkey_refused": _s("パスキーでのサインインを断った"),
        "signin.complete": _s("サインイン"),
        "activation.birth": _s("世帯主の生年月日を確認"),
        "activation.birth_wrong": _s("世帯主の生年月日が違った"),
    }


def _codes() -> dict[str, str]:
    return {
        "code.right": _s("確認の番号が合った"),
        "code.wrong": _s("確認の番号が違った"),
        "code.used": _s("確認の番号は、もう使われていた"),
        "code.expired": _s("確認の番号は、期限が過ぎていた"),
        "code.locked": _s("番号の間違いが続き、待つあいだに番号が入力された"),
        "code.closed": _s("番号の間違いで使えなくなった受け取り方に、番号が入力された"),
        "code.backup_used": _s("控えのコードを使用"),
        "code.backup_wrong": _s("控えのコードが違った"),
        "code.sent": _s("確認の番号を送った"),
    }


def _account() -> dict[str, str]:
    return {
        "account.own_password": _s("自分のパスワードを設定"),
        "account.sign_out_everywhere": _s("すべての端末でサインアウト"),
        "account.device_signed_out": _s("1台の端末をサインアウト"),
        "household.large_print_wanted": _s("大きな文字の手紙を希望した"),
        "household.large_print_ended": _s("手紙をふつうの大きさに戻した"),
        "account.reminders_ended": _s("期限のお知らせを止めた"),
        "account.reminders_wanted": _s("期限のお知らせを、また受け取ることにした"),
        "account.channel_removed": _s("確認の番号の受け取り方を削除"),
        "account.change_held": _s("確認の番号の受け取り方の変更を受け付け（24時間後に有効）"),
        "account.change_cancelled": _s("受け取り方の変更を取り消し"),
        "account.change_put_off": _s("番号の間違いが続いたため、受け取り方の変更を延ばした"),
        "account.change_in_force": _s("受け取り方の変更が有効になった"),
        "account.password_wrong": _s("設定を変える前の確かめで、パスワードが違った"),
        "account.backup_codes": _s("控えのコードを作りなおした"),
        "account.counter_channel_proposed": _s("窓口での受け取り方の登録を提案（区だけに表示）"),
        "account.counter_channel_set": _s("窓口で受け取り方を登録（区だけに表示）"),
        "account.counter_channel_refused": _s("窓口での受け取り方の登録を断った（区だけに表示）"),
        "door.report_letter": _s("手紙をなくした届け出（はじめての端末を止めた）"),
        "door.report_phone": _s("電話をなくした届け出（はじめての端末を止めた）"),
        "door.lift": _s("なくした届け出を解いた"),
        "loss.refused": _s("なくした届け出に応じなかった"),
        "loss.lifted_at_counter": _s("窓口で本人確認書類を見て、届け出を解いた"),
        "account.lost": _s("紛失を届け出"),
        "account.new_letter": _s("新しい手紙を依頼"),
    }


def _credential() -> dict[str, str]:
    return {
        "credential.issued": _s("IDとパスワードを発行"),
        "credential.activate": _s("はじめてのサインインが完了"),
        "credential.lock": _s("アカウントを凍結"),
        "credential.unlock": _s("アカウントの凍結を解除"),
        "credential.suspend": _s("アカウントを停止"),
        "credential.resume": _s("アカウントを再開"),
        "credential.supersede": _s("新しい手紙に切り替え"),
        "credential.close": _s("アカウントを終了"),
        "credential.reset_held": _s("受け取り方の登録しなおしを受け付け（24時間後に有効）"),
    }


def _coupon() -> dict[str, str]:
    return {
        "coupon.assigned": _s("クーポンを割り当て"),
        "coupon.revealed": _s("クーポンを初めて表示"),
        "coupon.viewed": _s("クーポンを表示"),
        "coupon.replaced": _s("クーポンを差し替え"),
        "coupon.suspend": _s("クーポンを一時停止"),
        "coupon.resume": _s("クーポンの一時停止を解除"),
        "coupon.resume_assigned": _s("クーポンの一時停止を解除"),
        "coupon.resume_revealed": _s("クーポンの一時停止を解除"),
        "coupon.request_stop": _s("クーポンの停止を依頼"),
        "coupon.confirm_stop": _s("クーポンを無効化"),
        "coupon.found_spent": _s("停止の前に使われていた"),
        "coupon.import_part": _s("一部使用を記録"),
        "coupon.import_full": _s("交換を記録"),
    }


def _entitlement() -> dict[str, str]:
    return {
        "recipient.left": _s("こどもの分の支給先が変わり、別の世帯に移った"),
        "recipient.came": _s("こどもの分が、支給先の変更で移ってきた"),
        "recipient.added": _s("区の指示で、こどもを追加"),
        "entitlement.hold": _s("こどもの分を保留"),
        "entitlement.release": _s("こどもの分の保留を解除"),
        "entitlement.exchange": _s("交換ずみとして記録"),
        "entitlement.decline": _s("辞退を記録"),
        "entitlement.deem_declined": _s("みなし辞退を記録"),
        "entitlement.deliver_alternative": _s("紙のお渡しを記録"),
        "entitlement.lapse": _s("未交換のまま終了"),
        "entitlement.give_up": _s("不着・受け取りなしで終了"),
        "entitlement.exclude": _s("対象外として記録"),
    }


def _letters() -> dict[str, str]:
    return {
        "letter.printed": _s("手紙を印刷"),
        "print_proof.viewed": _s("校正刷りで手紙を見た"),
        "letter.handed_over": _s("印刷会社に手紙を引き渡し"),
        "letter.posted": _s("手紙を郵便局に差し出し"),
        "pull_letter.pull": _s("手紙を印刷会社で抜き取り"),
        "pull_letter.find_posted": _s("引抜きが間に合わず、手紙は差し出したあとだった"),
        "letter.handed_at_counter": _s("手紙を区の窓口で手渡し"),
        "letter.cancel": _s("手紙を取り消し"),
        "letter.supersede": _s("前の手紙と入れ替え"),
        "bare_letter.printed": _s("事前案内を印刷"),
        "bare_letter.handed_over": _s("印刷会社に事前案内を引き渡し"),
        "bare_letter.post": _s("事前案内を郵便局に差し出し"),
        "bare_letter.come_back": _s("事前案内が戻ってきた"),
        "bare_letter.supersede": _s("事前案内をなくしたため無効にした"),
        "bare_letter.cancel": _s("事前案内を取り消し"),
        "letter.ordered": _s("手紙の作り直しを決定"),
        "letter.order_cancelled": _s("手紙の作り直しを取りやめ"),
        "letter.order_reopened": _s("手紙をなくしたか取りやめたため、もう一度作ることにした"),
        "letter.order_elsewhere": _s("区の指示書により、手紙を別の住所に送ることにした"),
    }


def _notices_and_tasks() -> dict[str, str]:
    return {
        "message.undelivered": _s("メッセージが届かなかった"),
        "redelivery.matched": _s("サインインなしの再配送の申請を照合"),
        "redelivery.left_to_ward": _s("名前の合う世帯がなく、区だけの申請になった"),
        "redelivery.chosen": _s("再配送の申請の世帯を決定"),
        "redelivery.to_ward": _s("再配送の申請を区に回した"),
        "redelivery.owner_asked": _s("登録された連絡先で、本人に再配送を確認"),
        "redelivery.elsewhere": _s("区の指示書により、別の住所を提案"),
        "notice.sent": _s("お知らせを送った"),
        "notice.failed": _s("お知らせを送れなかった"),
        "notice.queued": _s("お知らせを準備"),
        "notice.stopped": _s("お知らせを止めた"),
        "notice.left_out": _s("1か月の枚数をこえるため、お知らせのカードを出さなかった"),
        "notice.called_off": _s("要らなくなったお知らせのカードを取りやめた"),
        "notice.resumed": _s("止めたお知らせを送ることにした"),
        "notice.printed": _s("お知らせのカードを印刷"),
        "notice.came_back": _s("お知らせのカードが戻ってきた"),
        "scan.blackened": _s("書類に写っていた番号を、あとから黒く塗った"),
        "scan.stored": _s("書類のスキャンを保存"),
        "scan.viewed": _s("書類のスキャンを見た"),
        "task.opened": _s("用件を受け付け"),
        "task.read": _s("用件の内容を見た"),
        "task.finish": _s("用件が終わった"),
        "task.cancel": _s("用件を取り消し"),
    }


def _casework() -> dict[str, str]:
    return {
        "household.opened": _s("世帯のページを開いた"),
        "household.unmasked": _s("伏せた項目を表示"),
        "opening.justify": _s("世帯を開いた理由を審査し、必要だったとした"),
        "opening.question": _s("世帯を開いた理由を審査し、事故として記録した"),
        "data.viewed": _s("個人情報のある画面を見た"),
        "audit.searched": _s("操作の記録をさがした"),
        "audit.exported": _s("操作の記録をファイルで持ち出した"),
        "person_list.requested": _s("一覧の持ち出しを申請した"),
        "person_list.approved": _s("一覧の持ち出しを承認した"),
        "person_list.refused": _s("一覧の持ち出しを承認しなかった"),
        "person_list.withdrawn": _s("一覧の持ち出しの申請を取り下げた"),
        "person_list.made": _s("持ち出す一覧のファイルを作った"),
        "person_list.fetched": _s("持ち出す一覧のファイルを受け取った"),
        "person_list.expired": _s("一覧の持ち出しの期限が過ぎた"),
        "person_list.destroyed": _s("持ち出した一覧の廃棄を確認した"),
        "person_list.traced": _s("漏れた一覧のもとをたどった"),
        "audit.incident_pack": _s("事故の資料を作った"),
        "audit.extract_drawn": _s("開示のための抄本を作った"),
        "audit.restored": _s("復元で失われた記録を申告"),
        "audit.key_made": _s("控えに署名する鍵を作りなおした"),
        "household.protected_asked": _s("見てはいけない人が開こうとした"),
        "household.absent_asked": _s("ない世帯を開こうとした"),
        "household.imported": _s("名簿から取り込み"),
        "household.changed": _s("名簿の変更を反映"),
        "household.removed": _s("名簿から外れた"),
        "household.disposed": _s("区の決定で、世帯の個人情報を廃棄"),
        "household.disposed_again": _s("復元で戻った世帯を、もう一度廃棄"),
        "household.protected": _s("支援措置の対象になった"),
        "household.unprotected": _s("支援措置の対象から外れた"),
        "hold.put": _s("保留にした"),
        "hold.released": _s("保留を解除"),
        "hold.release": _s("保留を解除"),
        "approval.proposed": _s("承認を依頼"),
        "approval.confirmed": _s("承認"),
        "approval.refused": _s("承認せずに戻した"),
        "approval.withdrawn": _s("依頼を取り下げ"),
        "print_text.approved": _s("印字用の文字を登録"),
    }
