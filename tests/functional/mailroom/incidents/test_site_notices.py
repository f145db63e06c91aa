"""Notices to everybody.

In all languages on every page of both sites, only while they count, by two people for an accident.
"""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import DomainError, InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.mailroom.incidents import site_notices
from portal.domain.mailroom.incidents.models import SiteNotice
from portal.domain.mailroom.incidents.sentences import PREPARED, sentence
from portal.domain.mailroom.incidents.site_notices import KEPT_SECONDS, Draft, NoticeBoard, field_of
from portal.platform.site import Site
from tests.functional.mailroom.incidents.support import Office, shown_now
from tests.support.resident import Resident, make_resident
from tests.support.work import work_in

FORM = {"sentence": "fault_shops", "ends_on": "2023-08-02", "ends_time": "17:00", "form_key": "n"}
OWN = {field_of(locale): f"text in {locale}" for locale in RESIDENT_LOCALES}
WORDS = "お店でクーポンを使えないことがあります"


def written(office: Office, role: Role = Role.OFFICER, **changes: Any) -> int:
    given: dict[str, Any] = {
        "kind": "fault",
        "starts_at": office.now,
        "ends_at": office.now + timedelta(days=1),
        "sentence": "fault_shops",
    }
    with office.staff.database.write() as session:
        return site_notices.write(
            work_in(session, office.actor(role), office.now), Draft(**(given | changes))
        ).id


def published(office: Office, **changes: Any) -> int:
    key = written(office, **changes)
    with office.staff.database.write() as session:
        site_notices.publish(work_in(session, office.actor(), office.now), key)
    return key


def shown(office: Office, at: datetime | None = None) -> list[str]:
    return [one.text for one in shown_now(office, at or office.now)]


def test_a_notice_reaches_every_node_within_seconds_and_leaves_it_so(office: Office) -> None:
    at = 1_000.0
    nodes = [NoticeBoard(clock=lambda: at) for _ in range(2)]

    def read() -> list[list[bool]]:
        """What the pages of each node show; a page reads where the node's notices are old."""
        seen = []
        with office.staff.database.read() as session:
            for board in nodes:
                if board.is_old:
                    board.read(session, office.now)
                seen.append([WORDS in one.text for one in board.shown(office.now)])
        return seen

    assert read() == [[], []]
    key = published(office)
    at += KEPT_SECONDS - 0.1
    assert read() == [[], []], "read again too soon"
    at += 0.1
    assert read() == [[True], [True]]
    with office.staff.database.write() as session:
        site_notices.withdraw(work_in(session, office.actor(), office.now), key)
    assert KEPT_SECONDS <= 5
    at += KEPT_SECONDS
    assert read() == [[], []]


def test_a_kept_notice_begins_and_ends_in_time(office: Office) -> None:
    start, end = office.now + timedelta(minutes=1), office.now + timedelta(minutes=2)
    published(office, starts_at=start, ends_at=end)
    board = NoticeBoard()
    with office.staff.database.read() as session:
        board.read(session, office.now)
    tick = timedelta(microseconds=1)
    seen = [bool(board.shown(at)) for at in (start - tick, start, end - tick, end)]
    assert seen == [False, True, True, False]


@pytest.fixture
def residents(office: Office, resident_base: Site) -> Resident:
    """The resident site on the office's database."""
    staff = office.staff
    return make_resident(resident_base, staff.database, staff.loop, staff.folder, staff.now)


def test_from_the_form_to_every_page_of_both_sites(office: Office, residents: Resident) -> None:
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open("/site-notices/new?sentence=fault_shops")
    page = desk.send("/site-notices/new/submit", FORM).text
    assert page.count('<dd lang="') == len(RESIDENT_LOCALES)
    assert WORDS not in residents.visitor().open("/").text
    desk.send(desk.place + "/publish", {"form_key": "p"})
    person = residents.add(active=True)
    signed_in = residents.enter(person)
    for path in ("/", "/signin", "/help", "/lost"):
        assert WORDS in residents.visitor().open(path).text, path
    for path in ("/home", "/account"):
        assert WORDS in signed_in.open(path).text, path
    assert WORDS in desk.open("/").text


def test_a_form_that_comes_back_shows_it_too(office: Office, residents: Resident) -> None:
    published(office)
    visitor = residents.visitor()
    visitor.open("/signin")
    answer = visitor.post("/signin/submit", {"login_id": "1", "password": "x"})
    assert answer.status_code == 422
    assert WORDS in answer.text


def test_it_counts_from_its_first_instant_to_before_its_last(quick_office: Office) -> None:
    office = quick_office
    start, end = office.now + timedelta(hours=1), office.now + timedelta(hours=2)
    published(office, starts_at=start, ends_at=end)
    tick = timedelta(microseconds=1)
    seen = [bool(shown(office, at)) for at in (start - tick, start, end - tick, end)]
    assert seen == [False, True, True, False]


def test_taken_down_it_is_gone(office: Office) -> None:
    key = published(office)
    assert shown(office)
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open(f"/site-notices/{key}")
    desk.send(f"/site-notices/{key}/withdraw", {"form_key": "w"})
    assert not shown(office)
    assert desk.post(f"/site-notices/{key}/publish", {"form_key": "x"}).status_code == 422


def test_a_notice_about_an_accident_waits_for_a_second_person(office: Office) -> None:
    incident = office.incident()
    writer, other = office.staff.hire(Role.OFFICER), office.staff.hire(Role.OFFICER)
    desk = office.staff.enter(writer)
    desk.open(f"/site-notices/new?incident={incident}")
    desk.send("/site-notices/new/submit", FORM | {"incident": str(incident)})
    place = desk.place
    desk.send(place + "/publish", {"form_key": "p"})
    assert not shown(office)
    own = desk.post(place + "/confirm", {"form_key": "c"})
    assert own.status_code == 422
    assert "自分では承認できません" in own.text
    second = office.staff.enter(other)
    second.open(place)
    second.send(place + "/confirm", {"form_key": "d"})
    assert len(shown(office)) == 1
    assert [event.detail["state"] for event in office.staff.events("site_notice.confirm")] == [
        "published"
    ]


def test_two_people_who_confirm_at_once_publish_once(office: Office) -> None:
    key = written(office, incident_id=office.incident())
    with office.staff.database.write() as session:
        site_notices.publish(work_in(session, office.actor(), office.now), key)
    people = [Actor(Role.OFFICER, office.staff.hire().id) for _ in range(2)]
    results: list[str] = []

    def confirm(actor: Actor) -> None:
        try:
            with office.staff.database.write() as session:
                site_notices.confirm(work_in(session, actor, office.now), key)
            results.append("done")
        except DomainError:
            results.append("refused")

    threads = [threading.Thread(target=confirm, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "refused"]


def test_own_words_in_six_languages_are_read_in_each(
    quick_office: Office, resident_base: Site
) -> None:
    office = quick_office
    published(
        office, sentence="", texts={locale: f"text in {locale}" for locale in RESIDENT_LOCALES}
    )
    staff = office.staff
    residents = make_resident(resident_base, staff.database, staff.loop, staff.folder, staff.now)
    for code, locale in (("ja", "ja"), ("en", "en"), ("ko", "ko"), ("zh-Hans", "zh_Hans")):
        visitor = residents.visitor()
        visitor.open(f"/help?lang={code}")
        assert f"text in {locale}" in visitor.open("/help").text


@pytest.mark.parametrize(
    ("changed", "spot"),
    [
        ({"sentence": ""}, "sentence"),
        (OWN, "sentence"),
        ({"sentence": "", "kind": "fault"} | OWN | {"text_ko": ""}, "text_ko"),
        ({"sentence": ""} | OWN, "kind"),
        ({"ends_on": "x"}, "ends_on"),
        ({"ends_on": "2023-07-01"}, "ends_on"),
        ({"ends_on": "2024-01-01"}, "ends_on"),
        ({"starts_on": "2023-08-02", "starts_time": ""}, "starts_time"),
        ({"sentence": "", "kind": "fault"} | OWN | {"text_en": "4111 1111 1111 1111"}, "text_en"),
    ],
)
def test_what_cannot_be_a_notice_is_refused_beside_its_field(
    quick_office: Office, changed: dict[str, str], spot: str
) -> None:
    desk = quick_office.staff.enter_as(Role.OFFICER)
    desk.open("/site-notices/new")
    answer = desk.post("/site-notices/new/submit", FORM | changed)
    assert answer.status_code == 422
    assert f'href="#{spot}"' in answer.text
    assert quick_office.staff.count(SiteNotice) == 0


def test_pressed_three_times_it_is_one_notice(office: Office) -> None:
    desk = office.staff.enter_as(Role.OFFICER)
    desk.open("/site-notices/new")
    places = {desk.post("/site-notices/new/submit", FORM).headers["location"] for _ in range(3)}
    assert len(places) == 1
    assert office.staff.count(SiteNotice) == 1


def test_an_unknown_incident_and_nobody_are_refused(quick_office: Office) -> None:
    with pytest.raises(NotFoundError):
        written(quick_office, incident_id=999)
    draft = Draft("fault", quick_office.now, quick_office.now + timedelta(days=1), "fault_shops")
    with quick_office.staff.database.write() as session, pytest.raises(NotAllowedError):
        site_notices.write(work_in(session, Actor(Role.SYSTEM), quick_office.now), draft)
    with pytest.raises(InputError):
        written(quick_office, kind="joke")


def test_the_newest_three_are_shown(quick_office: Office) -> None:
    for name in ("mail_late", "mail_wrong", "fault_shops", "fault_fraud"):
        published(quick_office, sentence=name)
    assert len(shown(quick_office)) == 3
    with quick_office.staff.database.read() as session:
        assert len(session.scalars(select(SiteNotice)).all()) == 4


@pytest.mark.parametrize("name", list(PREPARED))
def test_every_prepared_sentence_has_words_and_a_kind(name: str) -> None:
    assert sentence(name)
    assert PREPARED[name][0] in {"outage", "planned", "fault", "mail"}


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_do_not_write_notices(quick_office: Office, role: Role) -> None:
    assert quick_office.staff.enter_as(role).get("/site-notices").status_code == 403


def test_the_page_of_notices_keeps_what_is_over_and_never_what_was_taken_back(
    office: Office, residents: Resident
) -> None:
    assert "いまは、ありません" in residents.visitor().get("/notices").text
    first = published(office, sentence="mail_late", kind="mail")
    withdrawn = published(office, sentence="fault_fraud")
    written(office, sentence="outage_site", kind="outage")
    with office.staff.database.write() as session:
        site_notices.withdraw(work_in(session, office.actor(), office.now), withdrawn)
        session.get_one(SiteNotice, first).starts_at -= timedelta(days=9)
        session.get_one(SiteNotice, first).ends_at = office.now
    published(office)
    page = residents.visitor().get("/notices").text
    now, _, before = page.partition("前のお知らせ")
    assert WORDS in now
    assert sentence("mail_late") in before
    assert sentence("fault_fraud") not in page
    assert sentence("outage_site") not in page


def test_a_notice_of_an_accident_reaches_the_page_only_by_two_people(
    office: Office, residents: Resident
) -> None:
    published(office, incident_id=office.incident())
    assert WORDS not in residents.visitor().get("/notices").text
