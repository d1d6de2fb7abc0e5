"""Count what the desk does, for status, metrics and tests that assert work instead of time.

A plain class with slots: a fill counts half a dozen things, and a field of a struct costs five times
as much to set.
"""


class Counters:
    """Totals since the process started, and what the present tick has used."""

    __slots__ = (
        "anomalies",
        "calls_used",
        "cycles",
        "deferred",
        "drained",
        "entries_used",
        "exempt_used",
        "fills",
        "keys_woken",
        "last_deferred_at",
        "last_drained_at",
        "orders_canceled",
        "orders_placed",
        "orders_refused",
        "orders_repriced",
        "reducers_run",
        "steps",
        "tick_started",
        "ticks",
        "unorchestrated",
    )

    def __init__(self) -> None:
        self.ticks = self.steps = self.unorchestrated = 0
        self.reducers_run = self.keys_woken = 0
        self.orders_placed = self.orders_refused = 0
        self.orders_repriced = self.orders_canceled = 0
        self.fills = self.cycles = self.anomalies = 0
        self.deferred = self.drained = 0
        self.last_deferred_at = self.last_drained_at = 0
        self.calls_used = self.entries_used = self.exempt_used = 0
        self.tick_started = False

    def begin_tick(self) -> None:
        """Give the tick its allowances."""
        self.ticks += 1
        self.calls_used = 0
        self.entries_used = self.exempt_used = 0
        self.tick_started = True
