"""States of an announcement; one to a silenced household is stopped until staff resume it."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class AnnouncementState(Labeled):
    """The state of an announcement, as the delivery log names it."""

    WAITING = "waiting", lambda: _s("送信を待っています")
    SENT = "sent", lambda: _s("送信ずみ")
    BOUNCED = "bounced", lambda: _s("届かなかった（カードに替えました）")
    PRINTED = "printed", lambda: _s("印刷ずみ")
    WITH_STAFF = "with_staff", lambda: _s("用件にしました")
    MERGED = "merged", lambda: _s("同じお知らせにまとめました")
    STOPPED = "stopped", lambda: _s("止めました（送っていません）")
    CALLED_OFF = "called_off", lambda: _s("要らなくなったので、取りやめました")
    CAME_BACK = "came_back", lambda: _s("カードが戻ってきました")


ANNOUNCEMENT = StateMachine(
    "announcement",
    AnnouncementState.WAITING,
    {
        "send": {AnnouncementState.WAITING: AnnouncementState.SENT},
        "bounce": dict.fromkeys(
            (AnnouncementState.WAITING, AnnouncementState.SENT), AnnouncementState.BOUNCED
        ),
        "print": {AnnouncementState.WAITING: AnnouncementState.PRINTED},
        "hand_to_staff": {AnnouncementState.WAITING: AnnouncementState.WITH_STAFF},
        "merge": {AnnouncementState.WAITING: AnnouncementState.MERGED},
        "stop": {AnnouncementState.WAITING: AnnouncementState.STOPPED},
        "call_off": {AnnouncementState.WAITING: AnnouncementState.CALLED_OFF},
        "resume": {AnnouncementState.STOPPED: AnnouncementState.WAITING},
        "come_back": {AnnouncementState.PRINTED: AnnouncementState.CAME_BACK},
    },
)
