"""Texts of the residents' pages.

Six languages or none, two people, plain and leading nowhere else, from their day to their last one.
"""

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.contacts.site_texts.services import field_of
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.actors import SYSTEM, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    DomainError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.platform.http.locale import CODE_OF
from portal.platform.in_force import KEPT_SECONDS, InForce
from portal.platform.site import Site
from tests.functional.contacts.site_texts.support import TEXTS, Office
from tests.support.coupons import sandbox_file
from tests.support.people import give_coupons
from tests.support.resident import Resident, make_resident
from tests.support.sample_ward import sample_program

PAGES = {
    TextPlace.LANDING: "/",
    TextPlace.HELP: "/help",
    TextPlace.TELEPHONE: "/signin",
    TextPlace.WHERE_USABLE: "/help/shops",
    TextPlace.CANNOT_BUY: "/help/shops",
}
WORDS = TEXTS["ja"]


def in_japanese(text: str) -> Mapping[str, str]:
    return TEXTS | {"ja": text}


@pytest.mark.parametrize("place", list(PAGES))
@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
def test_a_released_text_stands_in_its_place_in_each_language(
    quick_office: Office, resident_base: Site, place: TextPlace, locale: str
) -> None:
    staff = quick_office.staff
    site = make_resident(resident_base, staff.database, staff.loop, staff.folder, staff.now)
    key = quick_office.write(place=place.value)
    visitor = site.visitor()
    visitor.open(f"{PAGES[place]}?lang={CODE_OF[locale]}")
    assert TEXTS[locale] not in visitor.open(PAGES[place]).text
    quick_office.release(key)
    page = visitor.open(PAGES[place]).text
    assert TEXTS[locale] in page
    assert not any(TEXTS[other] in page for other in RESIDENT_LOCALES if other != locale)


def test_a_family_reads_it_above_its_coupons(office: Office, residents: Resident) -> None:
    visitor = residents.enter(residents.add(active=True))
    assert WORDS not in visitor.open("/home").text
    office.released(place="home")
    assert WORDS in visitor.open("/home").text


def test_it_is_shown_from_its_day_until_its_last_one(office: Office, residents: Resident) -> None:
    office.released(first_day=office.day(1), last_day=office.day(2))
    seen = []
    for _day in range(4):
        seen.append(WORDS in residents.visitor().open("/").text)
        residents.clock.advance(days=1)
    assert seen == [False, True, True, False]


def test_the_one_released_last_stands_and_taken_back_the_one_before(
    office: Office, residents: Resident
) -> None:
    office.released()
    later = dict.fromkeys(RESIDENT_LOCALES, "later words")
    office.staff.clock.advance(minutes=1)
    key = office.released(texts=later)
    page = residents.visitor().open("/").text
    assert "later words" in page
    assert WORDS not in page
    office.take_back(key)
    page = residents.visitor().open("/").text
    assert WORDS in page
    assert "later words" not in page


def test_back_to_the_products_own_words(office: Office, residents: Resident) -> None:
    own = "日本語、英語、中国語、韓国語で話せます。"
    office.released(place="telephone")
    assert own not in residents.visitor().open("/").text
    office.staff.clock.advance(minutes=1)
    key = office.write(place="telephone", texts={})
    assert own not in residents.visitor().open("/").text
    office.release(key)
    assert own in residents.visitor().open("/").text


def test_two_nodes_show_it_within_a_minute(office: Office) -> None:
    now = 1_000.0
    nodes = [InForce(clock=lambda: now) for _ in range(2)]

    def read() -> list[bool]:
        seen = []
        for node in nodes:
            with office.staff.database.read() as session:
                node.refresh(session, office.staff.now)
            seen.append(node.program(sample_program()).texts.landing is not None)
        return seen

    assert read() == [False, False]
    key = office.released()
    now += KEPT_SECONDS - 0.1
    assert read() == [False, False], "read again too soon"
    now += 0.1
    assert read() == [True, True]
    office.take_back(key)
    now += KEPT_SECONDS
    assert read() == [False, False]


@pytest.mark.parametrize("missing", RESIDENT_LOCALES)
def test_a_text_is_in_all_six_languages_or_in_none(quick_office: Office, missing: str) -> None:
    with pytest.raises(InputError) as refused:
        quick_office.write(texts=TEXTS | {missing: " "})
    assert refused.value.code == field_of(missing)


@pytest.mark.parametrize("place", list(TextPlace))
def test_a_text_has_a_length_that_fits(quick_office: Office, place: TextPlace) -> None:
    quick_office.write(place=place.value, texts=in_japanese("あ" * place.most))
    lines = "\n".join(["あ"] * place.lines)
    quick_office.write(place=place.value, texts=in_japanese(lines))
    for text in ("あ" * (place.most + 1), lines + "\nあ"):
        with pytest.raises(InputError, match="までで"):
            quick_office.write(place=place.value, texts=in_japanese(text))


def test_readings_do_not_count_and_stand_in_japanese_alone(quick_office: Office) -> None:
    read = "{窓口|まどぐち}" * 20
    quick_office.write(place="telephone", texts=TEXTS | {"ja@easy": read})
    with pytest.raises(InputError) as refused:
        quick_office.write(place="telephone", texts=TEXTS | {"en": read})
    assert refused.value.code == "text_en"


@pytest.mark.parametrize(
    "text",
    [
        "<b>太字</b>",
        "&lt;script&gt;",
        "{{ 7 }}",
        "逆に\u202e読む",
        "見えない\u200b文字",
        "https://coupon.example.jp/",
        "www.example.jp を見る",
        "city.example.jp",
        "ｅｘａｍｐｌｅ．ｊｐ へ",
        "help@example.jp",
        "/unknown を見る",
        "//example",
        "/help/../admin を見る",
        "090-1234-5678 へ",
        "０３（１２３４）５６７８ へ",
        "+81 90 1234 5678",
        "確認の番号は 123456",
    ],
)
def test_a_text_leads_nowhere_else_and_is_plain(quick_office: Office, text: str) -> None:
    with pytest.raises(InputError) as refused:
        quick_office.write(texts=in_japanese(text))
    assert refused.value.code == "text_ja"


@pytest.mark.parametrize(
    "text",
    [
        "8月10日（木）は混みます。10時から12時までが、かかりやすい時間です。",
        "くわしくは /help を見てください。",
        "0120-000-139 へ電話してください。",
        "Open 9:00 to 17:00, p.m. calls are faster.",
        "2023-08-01 から 50% の世帯に届きます。",
    ],
)
def test_ordinary_sentences_are_taken(quick_office: Office, text: str) -> None:
    own = sample_program().contact.telephone
    quick_office.write(texts=in_japanese(text.replace("0120-000-139", own)))


def test_no_code_of_a_coupon_is_shown_to_everybody(quick_office: Office) -> None:
    staff = quick_office.staff
    staff.add_household(active=True)
    give_coupons(staff.database, staff.folder, staff.now, seed=7)
    code = sandbox_file(staff.folder, 3, 7).read_text("utf-8").splitlines()[1].split(",")[2]
    with pytest.raises(InputError):
        quick_office.write(texts=in_japanese(f"番号 {code}"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"place": "footer"}, "place"),
        ({"first_day": -1}, "first_day"),
        ({"last_day": -1}, "last_day"),
    ],
)
def test_a_text_that_cannot_be_shown_is_refused(
    quick_office: Office, changed: dict[str, Any], field: str
) -> None:
    given: dict[str, Any] = {
        name: quick_office.day(value) if isinstance(value, int) else value
        for name, value in changed.items()
    }
    with pytest.raises(InputError) as refused:
        quick_office.write(**given)
    assert refused.value.code == field


def test_the_same_person_never_does_both(office: Office) -> None:
    ward = office.actor(Role.WARD_OFFICER)
    key = office.write(by=ward)
    for act in (office.release, office.refuse):
        with pytest.raises(NotAllowedError, match="自分の書いた"):
            act(key, ward)
    office.release(key, office.actor(Role.WARD_OFFICER, "second"))


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR])
def test_only_the_ward_releases(quick_office: Office, role: Role) -> None:
    key = quick_office.write(by=quick_office.actor(Role.OFFICER, "writer"))
    for act in (quick_office.release, quick_office.refuse, quick_office.take_back):
        with pytest.raises(NotAllowedError):
            act(key, quick_office.actor(role))


def test_what_waits_is_taken_back_by_its_writer_and_what_is_shown_by_the_ward(
    office: Office,
) -> None:
    assert office.take_back(office.write(), office.actor()).state == "taken_back"
    key = office.released()
    with pytest.raises(NotAllowedError):
        office.take_back(key, office.actor())
    assert office.take_back(key).state == "taken_back"


def test_a_refused_text_is_never_shown(office: Office) -> None:
    key = office.write()
    office.refuse(key)
    for act in (office.release, office.refuse, office.take_back):
        with pytest.raises(WrongStateError):
            act(key)


def test_nothing_is_released_after_its_last_day(office: Office) -> None:
    key = office.write(last_day=office.day(0))
    office.staff.clock.advance(days=1)
    with pytest.raises(WrongStateError, match="過ぎました"):
        office.release(key)


def test_somebody_without_an_account_writes_nothing(quick_office: Office) -> None:
    with pytest.raises(NotAllowedError):
        quick_office.write(by=SYSTEM)
    with pytest.raises(NotFoundError):
        quick_office.release(999)


def test_each_step_is_on_record_without_its_words(office: Office) -> None:
    key = office.released()
    office.take_back(key)
    with office.staff.database.read() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditEvent.detail)
            .where(AuditEvent.subject == "site_text", AuditEvent.subject_id == key)
            .order_by(AuditEvent.id)
        ).all()
    assert [row.action for row in rows] == [
        "site_text.written",
        "site_text.released",
        "site_text.taken_back",
    ]
    assert all(WORDS not in str(row.detail) for row in rows)


def test_two_at_once_decide_once(office: Office) -> None:
    key = office.write()
    people = [office.actor(Role.WARD_OFFICER), office.actor(Role.WARD_OFFICER, "second")]
    outcomes: list[str] = []

    def decide(act: Any, by: Any) -> None:
        try:
            act(key, by)
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(type(error).__name__)

    threads = [
        threading.Thread(target=decide, args=(act, by))
        for act, by in zip((office.release, office.refuse), people, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["WrongStateError", "done"]


def test_from_the_form_to_the_residents_page_and_back(office: Office, residents: Resident) -> None:
    form = {field_of(locale): text for locale, text in TEXTS.items()}
    form |= {"first_day": "2023-08-01", "form_key": "w"}
    writer = office.staff.enter_as(Role.OFFICER)
    writer.open("/site-texts/at/landing")
    writer.send("/site-texts/at/landing/submit", form)
    place = writer.place.partition("?")[0]
    page = writer.open(place).text
    assert page.count('class="as-on-a-phone"') == len(RESIDENT_LOCALES)
    assert place + "/release" not in page
    ward = office.staff.enter_as(Role.WARD_OFFICER)
    ward.open(place)
    assert "公開しました" in ward.send(place + "/release", {"form_key": "r"}).text
    assert WORDS in residents.visitor().open("/").text
    assert WORDS in ward.open("/site-texts").text
    assert WORDS in ward.open("/site-texts/at/landing").text, "the form begins with it"
    ward.open(place)
    assert "取りやめました" in ward.send(place + "/take-back", {"form_key": "t"}).text
    assert WORDS not in residents.visitor().open("/").text


def test_both_sides_read_who_wrote_and_who_released(quick_office: Office) -> None:
    key = quick_office.released()
    people = [quick_office.staff.enter_as(role) for role in (Role.OFFICER, Role.WARD_OFFICER)]
    for reader in people:
        for path in ("/site-texts", f"/site-texts/{key}"):
            page = reader.open(path).text
            assert "職員 officer" in page
            assert "職員 ward_officer" in page
    officer = people[0]
    refused = officer.post(f"/site-texts/{key}/take-back", {"form_key": "t"})
    assert refused.status_code == 422
    assert "区の担当だけです" in refused.text
    assert "職員 ward_officer" in refused.text


def test_a_refused_text_says_so_on_its_page(quick_office: Office) -> None:
    key = quick_office.write()
    ward = quick_office.staff.enter_as(Role.WARD_OFFICER)
    ward.open(f"/site-texts/{key}")
    answer = ward.send(f"/site-texts/{key}/refuse", {"form_key": "r"})
    assert "断りました" in answer.text
    assert "区が断った" in ward.open("/site-texts").text


def test_a_form_without_words_asks_for_them_and_the_box_leads_back(quick_office: Office) -> None:
    writer = quick_office.staff.enter_as(Role.OFFICER)
    path = "/site-texts/at/home"
    writer.open(path)
    form = {"first_day": "2023-08-01", "form_key": "n"}
    answer = writer.post(path + "/submit", form)
    assert answer.status_code == 422
    assert 'href="#text_ja"' in answer.text
    assert "もとの文にもどします" in writer.send(path + "/submit", form | {"product": "1"}).text
    assert writer.get("/site-texts/at/nowhere").status_code == 404


def test_a_fault_stands_beside_its_language(quick_office: Office) -> None:
    writer = quick_office.staff.enter_as(Role.OFFICER)
    writer.open("/site-texts/at/landing")
    form = {field_of(locale): text for locale, text in TEXTS.items()}
    form |= {"first_day": "2023-08-01", "form_key": "n", "text_zh_hant": ""}
    answer = writer.post("/site-texts/at/landing/submit", form)
    assert answer.status_code == 422
    assert 'href="#text_zh_hant"' in answer.text
    assert TEXTS["ko"] in answer.text


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_write_texts_does_not_see_the_page(quick_office: Office, role: Role) -> None:
    assert quick_office.staff.enter_as(role).get("/site-texts").status_code == 403
