"""Replies: the number twice, general words unless verified, sent or failed by the machine."""

from datetime import timedelta

import pytest

from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.faxes import queries, sending, services, sheets
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.people.households.large_print import POINTS, wish_large_print
from portal.domain.people.households.models import Household
from tests.functional.contacts.faxes.support import DIALED, NOW, PROGRAM, SENDER, FaxDesk
from tests.support.coupons import VAULT
from tests.support.people import CANARY_NAME
from tests.support.reading import pdf
from tests.support.work import work_in

TEXT = "手紙は、7月31日に、もう一度出しました。"


def started(desk: FaxDesk) -> int:
    case_id = desk.receive()
    desk.start(case_id)
    return case_id


@pytest.mark.parametrize(
    ("number", "again", "code"),
    [
        (SENDER, "03-5550-0143", "number_again"),
        (SENDER, "", "number_again"),
        (SENDER, "あとで", "number_again"),
        ("", SENDER, "number"),
        ("03-5550-01", "03-5550-01", "number"),
        ("+1 212 555 0100", "+1 212 555 0100", "number"),
        (PROGRAM.contact.telephone, PROGRAM.contact.telephone, "number"),
        ("03-5550-0143", "03-5550-0143", "other_number"),
    ],
    ids=["differ", "once", "words", "empty", "short", "abroad", "our own", "not the header's"],
)
def test_a_number_that_may_be_wrong_is_refused(
    desk: FaxDesk, number: str, again: str, code: str
) -> None:
    case_id = started(desk)
    with pytest.raises(InputError) as refused:
        desk.prepare(case_id, number=number, number_again=again)
    assert refused.value.code == code
    assert number not in refused.value.message or not number


def test_widths_and_hyphens_do_not_matter_and_the_number_is_stored_encrypted(desk: FaxDesk) -> None:
    reply = desk.reply(
        desk.prepare(
            started(desk), number="０３ー５５５０ー０１４２", number_again="+81 3 5550 0142"
        )
    )
    assert sheets.open_reply(VAULT, reply).number == DIALED
    assert b"5550" not in reply.sealed
    assert "5550" not in str([(event.detail, event.action) for event in desk.events("")])


def test_another_number_than_the_headers_is_taken_after_a_second_look(desk: FaxDesk) -> None:
    other = "03-5550-0143"
    assert desk.prepare(started(desk), number=other, number_again=other, other_number=True)
    case_id = desk.receive(sender="")
    desk.start(case_id, desk.other)
    assert desk.prepare(case_id, desk.other, number=other, number_again=other), (
        "no header, nothing to compare"
    )


def test_unless_verified_only_general_words_go_out(desk: FaxDesk) -> None:
    case_id, person = started(desk), desk.household()
    with pytest.raises(NotAllowedError, match="だれからのFAXか") as refused:
        desk.prepare(case_id, text=TEXT)
    assert refused.value.code == "text"
    with pytest.raises(NotAllowedError):
        desk.prepare(case_id, text=TEXT, household_id=person.household_id)
    reply = desk.reply(desk.prepare(case_id))
    assert (reply.household_id, reply.state) == (None, "prepared")


def test_a_household_that_another_call_verified_does_not_count(desk: FaxDesk) -> None:
    case_id, person = started(desk), desk.household()
    other_call = desk.start(desk.receive(), desk.other)
    desk.verified(other_call, person, Level.ACT)
    with pytest.raises(NotAllowedError):
        desk.prepare(case_id, text=TEXT, household_id=person.household_id)


def test_a_protected_household_is_never_written_about(desk: FaxDesk) -> None:
    case_id = desk.receive()
    person = desk.household(protected=True)
    desk.verified(desk.start(case_id), person, Level.ACT)
    with pytest.raises(NotAllowedError):
        desk.prepare(case_id, text=TEXT, household_id=person.household_id)


def test_a_verified_household_is_answered_and_the_case_knows_whose_it_is(desk: FaxDesk) -> None:
    case_id, person = desk.receive(), desk.household()
    desk.verified(desk.start(case_id), person)
    reply = desk.reply(
        desk.prepare(case_id, text=TEXT, wordings=(), household_id=person.household_id)
    )
    assert (reply.household_id, desk.case(case_id).household_id) == (person.household_id,) * 2
    assert sheets.open_reply(VAULT, reply).words.text == TEXT
    event = desk.events("fax.reply_prepared")[0]
    assert (event.household_id, event.detail["own_text"]) == (person.household_id, True)


def drawn(desk: FaxDesk, case_id: int, reply_id: int) -> tuple[bytes, bytes, int]:
    """The cover and the text as they are printed, and the number of pages that the cover says."""
    cover, text = (_taken(desk, case_id, reply_id, part) for part in sheets.SheetPart)
    return (
        sheets.draw(PROGRAM, cover, sheets.SheetPart.COVER),
        sheets.draw(PROGRAM, text, sheets.SheetPart.TEXT),
        cover.pages,
    )


def _taken(desk: FaxDesk, case_id: int, reply_id: int, part: sheets.SheetPart) -> sheets.Sheets:
    with desk.database.write() as session:
        reply = sheets.of_case(session, case_id, reply_id)
        return sheets.take_out(work_in(session, desk.agent, NOW), reply, part)


def test_a_reply_has_the_size_that_its_household_wants_and_says_the_right_number_of_pages(
    desk: FaxDesk,
) -> None:
    case_id, person = desk.receive(), desk.household()
    desk.verified(desk.start(case_id), person)
    with desk.database.write() as session:
        wish_large_print(work_in(session), person.household_id, "ja")
    reply_id = desk.prepare(case_id, text=f"{TEXT}\n" * 30, household_id=person.household_id)
    with desk.database.write() as session:
        # what was written down stays as it was counted, whatever is wished since
        wish_large_print(work_in(session), person.household_id, None)
    cover, text, pages = drawn(desk, case_id, reply_id)
    assert [pdf.smaller(made, POINTS) for made in (cover, text)] == ["", ""]
    assert len(pdf.text(cover)) + len(pdf.text(text)) == pages == 3
    assert f"{pages} 枚" in pdf.text(cover)[0]


def test_large_letters_are_for_whoever_asks_and_a_wish_is_no_answer_to_a_stranger(
    desk: FaxDesk,
) -> None:
    case_id, person = started(desk), desk.household()
    with desk.database.write() as session:
        wish_large_print(work_in(session), person.household_id, "ja")
    usual = desk.prepare(case_id, household_id=person.household_id)
    assert pdf.smaller(drawn(desk, case_id, usual)[1], POINTS) != "", "nobody was verified"
    with desk.database.write() as session:
        sending.discard(work_in(session, desk.agent, desk.now), usual)
    asked = desk.prepare(case_id, large=True)
    assert pdf.smaller(drawn(desk, case_id, asked)[1], POINTS) == ""


@pytest.mark.parametrize(
    ("text", "wordings", "code"),
    [
        ("", (), "wording"),
        ("", ("nothing",), "wording"),
        ("", ("script:nothing",), "wording"),
        ("あ" * 1_001, (), "text"),
        ("確認の番号は 123456 です。", (), "text"),
    ],
    ids=["nothing", "unknown", "unknown script", "long", "secret"],
)
def test_words_that_cannot_go_out_are_refused(
    desk: FaxDesk, text: str, wordings: tuple[str, ...], code: str
) -> None:
    case_id, person = desk.receive(), desk.household()
    desk.verified(desk.start(case_id), person)
    with pytest.raises(InputError) as refused:
        desk.prepare(case_id, text=text, wordings=wordings, household_id=person.household_id)
    assert refused.value.code == code


def test_a_reply_is_written_in_an_own_call_about_the_case(desk: FaxDesk) -> None:
    case_id = desk.receive()
    with pytest.raises(WrongStateError):
        desk.prepare(case_id)
    call_id = desk.start(case_id)
    with pytest.raises(NotAllowedError, match="対応を始める"):
        desk.prepare(case_id, desk.other)
    desk.end_call(call_id)
    with pytest.raises(NotAllowedError):
        desk.prepare(case_id)
    with pytest.raises(NotFoundError):
        desk.prepare(case_id + 1)


def test_one_reply_at_a_time(desk: FaxDesk) -> None:
    case_id = started(desk)
    first = desk.prepare(case_id)
    with pytest.raises(ConflictError, match="出していない返信"):
        desk.prepare(case_id)
    with desk.database.write() as session:
        sending.discard(work_in(session, desk.agent, desk.now), first)
    assert desk.prepare(case_id) != first


def test_a_sent_reply_answers_the_case(desk: FaxDesk) -> None:
    case_id, reply_id = desk.answered()
    case, reply = desk.case(case_id), desk.reply(reply_id)
    assert (case.state, reply.state, reply.attempts) == ("answered", "sent", 1)
    with pytest.raises(WrongStateError):
        desk.sent_now(reply_id)
    with desk.database.write() as session:
        with pytest.raises(NotFoundError):
            sheets.take_out(
                work_in(session, desk.agent, NOW),
                sheets.of_case(session, case_id, reply_id),
                sheets.SheetPart.TEXT,
            )
        with pytest.raises(WrongStateError):
            sending.discard(work_in(session, desk.agent, NOW), reply_id)


def test_a_failed_sending_stands_on_top_until_it_is_sent_again(desk: FaxDesk) -> None:
    old = desk.receive(at=NOW - timedelta(days=2))
    case_id = started(desk)
    reply_id = desk.prepare(case_id)
    desk.failed_now(reply_id)
    with desk.database.read() as session:
        (row,) = queries.failed(session)
        assert (row.id, row.reply, row.failure) == (case_id, "failed", "busy")
        assert [one.id for one in queries.queue(session)] == [old]
    with desk.database.write() as session:
        with pytest.raises(InputError, match="前に送った番号と違います"):
            sending.prepare_again(
                work_in(session, desk.other, NOW), reply_id, "03-5550-0143", "03-5550-0143"
            )
        sending.prepare_again(work_in(session, desk.other, NOW), reply_id, SENDER, SENDER)
    with desk.database.read() as session:
        assert queries.failed(session) == []
        assert [one.id for one in queries.queue(session)] == [old, case_id]
    desk.sent_now(reply_id)
    assert (desk.reply(reply_id).attempts, desk.case(case_id).state) == (2, "answered")


def test_the_machines_report_of_the_evening_opens_the_case_again(desk: FaxDesk) -> None:
    case_id, reply_id = desk.answered()
    desk.failed_now(reply_id, "report")
    reply = desk.reply(reply_id)
    assert (desk.case(case_id).state, reply.state, reply.sent_on, reply.attempts) == (
        "in_work",
        "failed",
        None,
        1,
    )
    with pytest.raises(WrongStateError):
        desk.failed_now(reply_id, "report")


@pytest.mark.parametrize("failure", ["", "because"])
def test_a_failure_has_the_machines_reason(desk: FaxDesk, failure: str) -> None:
    reply_id = desk.prepare(started(desk))
    with pytest.raises(InputError) as refused:
        desk.failed_now(reply_id, failure)
    assert refused.value.code == "failure"


def test_a_case_whose_reply_cannot_be_sent_is_closed_with_that_reason(desk: FaxDesk) -> None:
    case_id = started(desk)
    reply_id = desk.prepare(case_id)

    def close() -> None:
        with desk.database.write() as session:
            services.close(work_in(session, desk.agent, desk.now), case_id, "cannot_send")

    with pytest.raises(InputError):
        close()
    with desk.database.write() as session, pytest.raises(ConflictError, match="出していない返信"):
        services.close(work_in(session, desk.agent, desk.now), case_id, "no_reply")
    desk.failed_now(reply_id, "no_fax")
    close()
    assert (desk.case(case_id).state, desk.reply(reply_id).state) == ("closed", "discarded")
    with desk.database.read() as session:
        assert queries.failed(session) == []


def test_the_cover_has_no_personal_data_and_the_reply_has_what_was_written(desk: FaxDesk) -> None:
    case_id, person = desk.receive(language="ko"), desk.household()
    desk.verified(desk.start(case_id), person)
    said = f"{CANARY_NAME}様 手紙は出しました。"
    reply_id = desk.prepare(
        case_id, household_id=person.household_id, text=said, wordings=("accepted",)
    )
    with desk.database.write() as session:
        taken = [
            sheets.take_out(
                work_in(session, desk.agent, NOW), sheets.of_case(session, case_id, reply_id), part
            )
            for part in sheets.SheetPart
        ]
    cover, text = (
        sheets.draw(PROGRAM, one, part) for one, part in zip(taken, sheets.SheetPart, strict=True)
    )
    number = desk.case(case_id).receipt_no
    (front,) = pdf.text(cover)
    assert number in front
    assert "0142" in front
    assert "2 枚" in front
    for secret in ("鶉野", "手紙", "5550", str(person.household_id) + "番", person.login_id):
        assert secret not in front
    (behind,) = pdf.text(text)
    assert number in behind
    assert "手紙は出しました" in behind
    assert [event.detail["part"] for event in desk.events("fax.reply_drawn")] == ["cover", "text"]


def test_whoever_gets_it_by_mistake_reads_what_to_do_in_four_languages() -> None:
    from portal.domain.contacts.faxes.cover import COVER_LOCALES, Letterhead, cover_pdf
    from portal.domain.foundation.texts import _, use_locale

    (front,) = pdf.text(cover_pdf(Letterhead(PROGRAM, "CDFG-HJKL", NOW), "0142", 2))
    squeezed = "".join(front.split())
    for locale in COVER_LOCALES:
        with use_locale(locale):
            said = _(
                "まちがって届いたときは、2枚目からは読まずに、下の番号に、"
                "電話かFAXで知らせてください。"
            )
        assert "".join(said.split()) in squeezed


def test_a_reply_about_a_household_that_became_protected_is_not_printed(desk: FaxDesk) -> None:
    case_id, person = desk.receive(), desk.household()
    desk.verified(desk.start(case_id), person)
    reply_id = desk.prepare(case_id, text=TEXT, household_id=person.household_id)
    with desk.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    with desk.database.write() as session, pytest.raises(NotFoundError):
        sheets.take_out(
            work_in(session, desk.agent, NOW),
            sheets.of_case(session, case_id, reply_id),
            sheets.SheetPart.TEXT,
        )


def test_standard_answers_of_the_scripts_are_general_words_too(desk: FaxDesk) -> None:
    from portal.domain.contacts.faxes.wording import choices, lines_of

    with desk.database.read() as session:
        answers = [
            one
            for one in choices(work_in(session, program=PROGRAM))
            if one.code.startswith("script:")
        ]
        assert answers
        for one in answers:
            for locale in ("ja", "en", "zh_Hans", "ko"):
                lines = lines_of(work_in(session, program=PROGRAM), [one.code], locale)
                assert lines
                assert not any(line.startswith(("※", "×")) or "%(" in line for line in lines)


def test_a_long_answer_takes_more_pages_and_the_cover_counts_them(desk: FaxDesk) -> None:
    case_id, person = desk.receive(), desk.household()
    desk.verified(desk.start(case_id), person)
    long = "\n".join(["手紙のことを、ここに書きます。"] * 60)
    reply = desk.reply(desk.prepare(case_id, text=long, household_id=person.household_id))
    assert reply.pages >= 3
