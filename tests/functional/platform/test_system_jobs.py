"""Jobs on the staff site: their state, alarms where officers look, and another try."""

from datetime import timedelta

from portal.domain.foundation.actors import Role
from portal.domain.foundation.jobs import aside, begun, leases
from portal.domain.foundation.jobs.aside import RowOfJob
from portal.domain.foundation.jobs.leases import Holder
from portal.domain.foundation.jobs.models import BegunTask, JobAside
from portal.domain.foundation.jobs.names import BegunKind, JobName
from tests.support.staff import StaffSite

WORKER = Holder("host:1:abc")


def run_a_worker(staff: StaffSite) -> None:
    with staff.site.work_source().writing() as work:
        leases.register(work, {JobName.MATCH: timedelta(minutes=1)})
        leases.beat(work, WORKER)
        lease = leases.claim(work, JobName.MATCH, WORKER, at_once=True)
        assert lease is not None
        leases.finish(work, lease, 3)


def test_a_job_its_age_and_its_worker_are_shown(staff: StaffSite) -> None:
    run_a_worker(staff)
    text = staff.enter_as(Role.ADMINISTRATOR).open("/system").text
    assert "サインインなしの再送の依頼と世帯の照合" in text
    assert "host:1:abc" in text
    assert "遅れや失敗はありません" in text


def test_officers_learn_on_their_first_page_that_no_worker_runs(staff: StaffSite) -> None:
    run_a_worker(staff)
    officer, agent = staff.enter_as(Role.OFFICER), staff.enter_as(Role.AGENT)
    assert "ワーカー" not in officer.open("/").text
    staff.clock.instant += timedelta(minutes=6)
    alarm = "ワーカー（portal work）が動いていません"
    assert alarm in officer.open("/").text
    assert alarm in officer.open("/system").text
    assert alarm not in agent.open("/").text


def test_a_row_set_aside_is_named_without_its_content_and_given_back_once(
    staff: StaffSite,
) -> None:
    run_a_worker(staff)
    with staff.site.work_source().writing() as work:
        aside.set_aside(work, RowOfJob(JobName.MATCH, "request", 41), "IntegrityFaultError")
    officer = staff.enter_as(Role.OFFICER)
    assert "取り置いています" in officer.open("/").text
    page = officer.open("/system")
    assert "request 41" in page.text
    assert "IntegrityFaultError" in page.text
    assert staff.enter_as(Role.AGENT).post("/system/aside/1").status_code == 403
    sent = officer.send("/system/aside/1")
    assert "もう一度試します" in sent.text
    assert staff.count(JobAside) == 0
    assert officer.post("/system/aside/1", {"form_key": "again"}).status_code == 303
    (event,) = staff.events("job.row_taken_back")
    assert event.actor_role == "officer"


def test_a_message_that_was_given_up_can_only_be_taken_off_the_list(staff: StaffSite) -> None:
    run_a_worker(staff)
    with staff.site.work_source().writing() as work:
        aside.set_aside(work, RowOfJob(JobName.SMS, "message", 5), "IntegrityFaultError")
    officer = staff.enter_as(Role.OFFICER)
    page = officer.open("/system").text
    assert "確かめたので、一覧から消す" in page
    assert "もう一度試す<" not in page
    officer.send("/system/aside/1")
    assert staff.count(JobAside) == 0


def test_a_failed_task_can_be_tried_again(staff: StaffSite) -> None:
    run_a_worker(staff)
    with staff.site.work_source().writing() as work:
        begun.begin(work, BegunKind.PROOF, 7)
        task = begun.take(work, WORKER)
        assert task is not None
        begun.fail(work, task, "OSError")
    officer = staff.enter_as(Role.OFFICER)
    assert "校正刷りを作る" in officer.open("/system").text
    officer.send("/system/begun/1")
    assert staff.count(BegunTask, state="waiting") == 1
    assert officer.post("/system/begun/1", {"form_key": "again"}).status_code == 303
    assert staff.count(BegunTask, state="waiting") == 1
