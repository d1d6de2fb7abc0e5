"""Count what the desk does, for status, metrics and tests that assert work instead of time."""

import msgspec


class Counters(msgspec.Struct, kw_only=True):
    """Totals since the process started, and what the present tick has used."""

    ticks: int = 0
    steps: int = 0
    reducers_run: int = 0
    keys_woken: int = 0
    orders_placed: int = 0
    orders_refused: int = 0
    orders_repriced: int = 0
    orders_canceled: int = 0
    fills: int = 0
    cycles: int = 0
    deferred: int = 0
    drained: int = 0
    unorchestrated: int = 0
    anomalies: int = 0
    last_deferred_at: int = 0
    last_drained_at: int = 0
    calls_used: int = 0
    entries_used: int = 0
    tick_started: bool = False

    def begin_tick(self) -> None:
        """Give the tick its allowances."""
        self.ticks += 1
        self.calls_used = 0
        self.entries_used = 0
        self.tick_started = True
