"""The machine of the execution mode alone, driven event by event at times given in seconds."""

from mode_world import NOON, RULES, SHA, record

from holdfast.safety.mode_machine import step
from holdfast.safety.mode_state import (
    Booted,
    Measured,
    ModeState,
    OrdersCounted,
    ReadFailed,
    ReadGood,
)


class Run:
    """A machine whose time is given in seconds."""

    def __init__(self, rules=RULES, state=None):
        self.rules = rules
        self.state = state or ModeState()
        self.news = []
        self.shift = 0.0

    def at(self, now, event):
        self.state, news = step(self.state, event, now, self.rules)
        self.news += news
        return self

    def good(self, now, **fields):
        fields = {"epoch": 7} | fields
        return self.at(now, ReadGood(record=record(**fields), wall=self.wall(now), profile_sha=SHA))

    def failed(self, now, kind="exception"):
        return self.at(now, ReadFailed(kind=kind, wall=self.wall(now)))

    def wall(self, now):
        return NOON + round((now + self.shift) * 1_000_000)

    @property
    def mode(self):
        return self.state.mode

    def told(self, kind):
        return [each for each in self.news if isinstance(each, kind)]


def dry(**fields):
    return Run(**fields).at(0.0, Booted()).at(0.0, Measured(()))


def live(orders=0, **fields):
    run = dry(**fields).at(0.0, OrdersCounted(orders))
    return run.good(0.0).good(5.0).good(10.0)
