"""Promises that the tests of each version show: what they check, and their names.

A test of the architecture finds a name that is none; ``./run release`` runs them (``tested``).
"""

from collections.abc import Mapping

from portal.domain.foundation.texts import _s
from portal.domain.oversight.management.proven_to_families import TO_FAMILIES
from portal.domain.oversight.management.tested import ProvenByTests

PROVEN_BY_TESTS: Mapping[str, ProvenByTests] = {
    "own_letters": ProvenByTests(
        lambda: _s("手紙の用紙に、住所とこどもの名前がないこと"),
        (
            (
                "tests/functional/letters/documents/test_documents.py",
                "test_no_form_prints_a_name_or_an_address_of_a_household_before_somebody_writes_it",
            ),
        ),
    ),
    "no_code_outside": ProvenByTests(
        lambda: _s("コードが、知らせの文にも、データベースのファイルにも、そのまま書かれないこと"),
        (
            (
                "tests/functional/letters/announcements/test_announce.py",
                "test_no_message_holds_a_name_an_address_an_amount_or_a_link",
            ),
            (
                "tests/functional/people/coupons/test_loading.py",
                "test_no_code_stands_in_the_database_file",
            ),
        ),
    ),
    "first_sign_in": ProvenByTests(
        lambda: _s("手紙だけでは入れず、生年月日と確認の番号が要ること"),
        (("tests/functional/resident/test_first_sign_in.py", ""),),
    ),
    "same_answers": ProvenByTests(
        lambda: _s("IDがあるかどうか、支援措置かどうかが、答えや時間から分からないこと"),
        (
            (
                "tests/functional/resident/test_sign_in.py",
                "test_an_unknown_id_a_wrong_password_and_a_protected_household_get_the_same_answer",
            ),
        ),
    ),
    "tries": ProvenByTests(
        lambda: _s("まちがいを数え、待つ時間を長くすること"),
        (
            (
                "tests/functional/resident/test_throttles.py",
                "test_five_wrong_tries_are_free_then_each_waits_longer",
            ),
            (
                "tests/functional/resident/test_throttles.py",
                "test_sixty_failures_in_a_quarter_of_an_hour_shut_out_one_network",
            ),
        ),
    ),
    "once": ProvenByTests(
        lambda: _s("同じ送信が2回届いても、1回だけ行うこと"),
        (("tests/faults/test_parallel.py", ""),),
    ),
    "nothing_foreign": ProvenByTests(
        lambda: _s("画面が、自分のサイトの外から何も読み込まないこと"),
        (("tests/functional/resident/test_privacy.py", ""),),
    ),
    "archives": ProvenByTests(
        lambda: _s(
            "印刷会社へのファイルを、ほかの鍵では開けないこと。"
            "渡した後に、もとのファイルが消えること"
        ),
        (
            (
                "tests/functional/mailroom/printing/test_archive.py",
                "test_another_key_opens_nothing",
            ),
            (
                "tests/functional/mailroom/printing/test_archive.py",
                "test_the_hand_over_writes_the_archive_down_and_then_the_plain_files_go",
            ),
        ),
    ),
    "lost_archive": ProvenByTests(
        lambda: _s("なくした手紙のファイルの全部のIDを、1回の操作で無効にすること"),
        (
            (
                "tests/functional/mailroom/printing/test_archive.py",
                "test_a_lost_archive_supersedes_the_whole_batch_in_one_action",
            ),
        ),
    ),
    "stopped_print": ProvenByTests(
        lambda: _s("印刷の途中で支援措置になった手紙が、止まること"),
        (
            (
                "tests/functional/mailroom/printing/test_build.py",
                "test_a_flag_that_comes_while_its_letter_is_drawn_stops_it",
            ),
        ),
    ),
    "returned": ProvenByTests(
        lambda: _s("戻った手紙のIDを、すぐに止めること。届いていないものを一覧で示すこと"),
        (
            (
                "tests/functional/mailroom/returned_mail/test_receiving.py",
                "test_a_scan_finds_the_item_and_stops_the_id_at_once",
            ),
            (
                "tests/functional/mailroom/returned_mail/test_storage.py",
                "test_the_undelivered_list_has_value_reason_and_what_was_offered",
            ),
        ),
    ),
    "coupon_faults": ProvenByTests(
        lambda: _s("使えないコードを照会し、差し替えること"),
        (("tests/functional/mailroom/incidents/test_faults.py", ""),),
    ),
    "half_hours": ProvenByTests(
        lambda: _s("応答率を、日と30分ごとに示すこと"),
        (
            (
                "tests/functional/oversight/call_report/test_board.py",
                "test_rates_by_day_and_half_hour_stand_beside_the_letters",
            ),
        ),
    ),
    "paper_calls": ProvenByTests(
        lambda: _s("紙の受付票を、本当の時刻で入力できること"),
        (
            (
                "tests/functional/contacts/admin/test_written_down.py",
                "test_a_sheet_is_entered_once_with_its_true_times",
            ),
        ),
    ),
    "reserve_site": ProvenByTests(
        lambda: _s("予備の拠点は、切り替えたときだけ使えること"),
        (
            (
                "tests/functional/people/admin/test_sites.py",
                "test_an_agent_signs_in_from_a_site_and_from_nowhere_else",
            ),
        ),
    ),
    "export": ProvenByTests(
        lambda: _s("すべての文、版、台帳を書き出し、だれでも合計を確かめられること"),
        (
            (
                "tests/functional/oversight/export/test_export.py",
                "test_every_file_is_in_the_manifest_and_the_sums_can_be_checked_by_anybody",
            ),
            (
                "tests/functional/oversight/export/test_export.py",
                "test_texts_documents_minutes_and_reports_are_there_as_people_read_them",
            ),
        ),
    ),
    "permissions": ProvenByTests(
        lambda: _s("どの画面も、1つの表の1つの権限を求めること"),
        (
            (
                "tests/functional/people/admin/test_permissions.py",
                "test_every_role_is_let_in_where_the_table_says_so_and_nowhere_else",
            ),
        ),
    ),
    "disposed": ProvenByTests(
        lambda: _s(
            "廃棄の後は、どのバックアップも開けないこと。途中で止まっても、終わらせられること"
        ),
        (
            (
                "tests/functional/oversight/disposal/test_dispose.py",
                "test_afterwards_no_backup_opens_and_the_proof_stays",
            ),
            (
                "tests/faults/test_disposal_faults.py",
                "test_killed_at_every_step_it_is_nothing_or_ended_by_the_next_run",
            ),
        ),
    ),
    "sessions": ProvenByTests(
        lambda: _s("何もしない画面が閉じること"),
        (
            (
                "tests/functional/resident/test_sessions.py",
                "test_a_session_ends_after_fifteen_idle_minutes",
            ),
            (
                "tests/functional/people/admin/test_lock.py",
                "test_the_lock_lasts_to_the_absolute_end_of_the_session_and_no_longer",
            ),
        ),
    ),
    **TO_FAMILIES,
}
