"""Say which way the market moves, by two exponential averages of closes (core 3.9)."""


class Ema:
    """An exponential average of `bars` bars, started with the first value."""

    def __init__(self, bars: int) -> None:
        self.value = 0.0
        self.count = 0
        self._share = 2.0 / (bars + 1)

    def add(self, value: float) -> float:
        """Take the next value in; return the average."""
        self.value = value if self.count == 0 else self.value + self._share * (value - self.value)
        self.count += 1
        return self.value


class Momentum:
    """The sign of a fast average less a slow one."""

    def __init__(self, fast: int, slow: int) -> None:
        self.fast, self.slow = Ema(fast), Ema(slow)
        self._needed = slow

    @property
    def ready(self) -> bool:
        """Say whether the slow average has seen all the bars it is named after."""
        return self.slow.count >= self._needed

    @property
    def sign(self) -> int:
        """Return +1, 0 or -1."""
        difference = self.fast.value - self.slow.value
        return (difference > 0) - (difference < 0)

    def add(self, close: float) -> None:
        """Take the close of the next bar in."""
        self.fast.add(close)
        self.slow.add(close)
