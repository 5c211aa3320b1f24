"""The portal's sessions: bounded, ending by time, by logout token and for good."""

from clients.samples.portal.visits import ABSOLUTE, IDLE, Visits


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_visit_ends_when_idle() -> None:
    clock = Clock()
    visits = Visits(clock)
    visit = visits.new()
    visits.admit(visit, sid="s", subject="p")
    clock.now += IDLE
    assert visits.find(visit.id) is visit
    clock.now += IDLE + 1
    assert visits.find(visit.id) is None


def test_a_visit_ends_at_last_however_busy() -> None:
    clock = Clock()
    visits = Visits(clock)
    visit = visits.new()
    visits.admit(visit, sid="s", subject="p")
    for _ in range(ABSOLUTE // IDLE):
        clock.now += IDLE
        assert visits.find(visit.id) is visit
    clock.now += IDLE
    assert visits.find(visit.id) is None


def test_strangers_push_out_strangers_only() -> None:
    visits = Visits(limit=3)
    member = visits.new()
    visits.admit(member, sid="s", subject="p")
    strangers = [visits.new() for _ in range(10)]
    for stranger in strangers:
        visits.keep(stranger)
    assert visits.find(member.id) is member
    assert sum(visits.find(stranger.id) is not None for stranger in strangers) == 3


def test_an_ended_visit_cannot_be_kept_by_a_request_still_running() -> None:
    visits = Visits()
    visit = visits.new()
    visits.admit(visit, sid="s", subject="p")
    assert visits.end_by(sid="s", subject="p") == 1
    visits.keep(visit)
    assert visits.find(visit.id) is None
    assert visits.end_by(sid="s", subject=None) == 0


def test_a_logout_token_whose_sid_and_subject_disagree_ends_nothing() -> None:
    visits = Visits()
    visit = visits.new()
    visits.admit(visit, sid="s", subject="p")
    assert visits.end_by(sid="s", subject="other") == 0
    assert visits.find(visit.id) is visit


def test_logging_in_again_moves_the_visit_to_its_new_sid() -> None:
    visits = Visits()
    visit = visits.new()
    visits.admit(visit, sid="old", subject="p")
    visits.admit(visit, sid="new", subject="p")
    assert visits.end_by(sid="old", subject="p") == 0
    assert visits.end_by(sid="new", subject="p") == 1
