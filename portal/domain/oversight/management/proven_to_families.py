"""What families in danger are told (``way_out``): what the tests check, and their names."""

from collections.abc import Mapping

from portal.domain.foundation.texts import _s
from portal.domain.oversight.management.tested import ProvenByTests

TO_FAMILIES: Mapping[str, ProvenByTests] = {
    "no_post": ProvenByTests(
        lambda: _s("支援措置の家族に、手紙もはがきも印刷しないこと"),
        (
            (
                "tests/functional/mailroom/printing/test_build.py",
                "test_every_letter_reads_back_and_opens_its_own_household",
            ),
            (
                "tests/functional/mailroom/printing/test_build.py",
                "test_a_flag_that_comes_while_its_letter_is_drawn_stops_it",
            ),
            (
                "tests/functional/mailroom/printing/test_advance.py",
                "test_who_is_protected_meanwhile_gets_none_and_who_is_afterwards_is_taken_out",
            ),
            (
                "tests/functional/letters/announcements/test_cards.py",
                "test_held_and_protected_households_get_no_card_and_are_not_printed_later_by_themselves",
            ),
            (
                "tests/functional/letters/announcements/test_account_cards.py",
                "test_no_card_goes_to_whom_it_could_endanger_or_whose_mail_is_withheld",
            ),
        ),
    ),
    "no_message": ProvenByTests(
        lambda: _s("支援措置の家族に、お知らせを自動で送らないこと"),
        (
            (
                "tests/functional/letters/announcements/test_sending.py",
                "test_what_came_between_queueing_and_sending_stops_it",
            ),
            (
                "tests/functional/letters/announcements/test_reminders.py",
                "test_only_who_is_helped_is_reminded",
            ),
        ),
    ),
    "no_call": ProvenByTests(
        lambda: _s("支援措置の家族に、コールセンターが折り返しの電話をできないこと"),
        (
            (
                "tests/functional/contacts/escalations/test_call_backs.py",
                "test_calls_back_to_protected_households_are_not_the_desks",
            ),
            (
                "tests/functional/desk/call_desk/test_call_back.py",
                "test_a_household_that_became_protected_is_not_called_back",
            ),
            (
                "tests/functional/mailroom/tracking/test_absence_calls.py",
                "test_a_protected_household_and_one_whose_time_is_over_are_not_called",
            ),
        ),
    ),
    "not_found": ProvenByTests(
        lambda: _s("支援措置の家族を、コールセンターが見つけられないこと"),
        (
            (
                "tests/functional/desk/call_desk/test_scenarios.py",
                "test_a_man_whose_former_wife_is_protected_finds_nobody_there",
            ),
            (
                "tests/functional/desk/call_desk/test_search.py",
                "test_a_protected_household_looks_exactly_like_none_and_only_the_log_knows",
            ),
        ),
    ),
    "no_address": ProvenByTests(
        lambda: _s("住民の画面に、住所が出ないこと"),
        (
            (
                "tests/functional/resident/test_privacy.py",
                "test_no_page_shows_the_registered_address_or_a_birth_date",
            ),
        ),
    ),
    "old_household": ProvenByTests(
        lambda: _s(
            "支給先が変わったこどもについて、前の世帯に新しい名前と住所が出ず、何も送られないこと"
        ),
        (
            (
                "tests/functional/requests/recipients/test_old_household.py",
                "test_the_old_household_reads_the_same_before_and_after_the_child_went",
            ),
            (
                "tests/functional/requests/recipients/test_old_household.py",
                "test_nothing_is_sent_to_the_old_household",
            ),
        ),
    ),
    "all_stops": ProvenByTests(
        lambda: _s("支援措置になると、手紙もクーポンも止まること"),
        (
            (
                "tests/functional/mailroom/roster/test_later_files.py",
                "test_protection_that_is_set_stops_everything_and_stays_when_it_is_cleared",
            ),
        ),
    ),
    "taken_out": ProvenByTests(
        lambda: _s("印刷した後に支援措置になった手紙が、差し出す前に抜かれること"),
        (
            (
                "tests/functional/mailroom/printing/test_build.py",
                "test_printed_letters_of_households_protected_since_are_to_be_taken_out",
            ),
        ),
    ),
    "id_stops": ProvenByTests(
        lambda: _s("支援措置になった世帯のIDで、サインインできないこと"),
        (
            (
                "tests/functional/resident/test_sign_in.py",
                "test_a_household_that_moved_into_protection_cannot_sign_in_any_more",
            ),
        ),
    ),
    "at_counter": ProvenByTests(
        lambda: _s("窓口で渡す手紙に、名前も住所もないこと"),
        (
            (
                "tests/functional/requests/recipients/test_counter.py",
                "test_the_letter_has_neither_name_nor_address_and_stays_with_the_ward",
            ),
            (
                "tests/functional/requests/recipients/test_counter.py",
                "test_the_ward_releases_a_protected_household_to_the_counter",
            ),
        ),
    ),
    "child_moves": ProvenByTests(
        lambda: _s("支給先が変わったこどものクーポンを、前の世帯が表示できないこと"),
        (
            (
                "tests/functional/requests/recipients/test_old_household.py",
                "test_the_old_household_cannot_show_or_ask_anything_for_that_child",
            ),
        ),
    ),
}
