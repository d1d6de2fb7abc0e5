"""Tell how long ago something was, by the time the figures themselves carry.

Market times are held against the market time of the status, machine times against the time of
publishing; the clock of whoever looks is never asked.
"""

from dashboards import theme
from dashboards.queries import Data


def of_market(data: Data, at: object) -> str:
    """Say how long ago a market time was when these figures were told."""
    return _between(at, data.market_time)


def of_machine(data: Data, at: object) -> str:
    """Say how long ago a machine time was when these figures were published."""
    return _between(at, data.published_at)


def seconds(value: object) -> str:
    """Write a number of seconds as a length of time."""
    amount = theme.decimal(value)
    return theme.DASH if amount is None else theme.age(float(amount))


def day_before(data: Data) -> int:
    """Return the market time a day before the newest figures."""
    return (data.market_time or 0) - 86_400 * theme.MICRO


def _between(at: object, now: int | None) -> str:
    then = theme.decimal(at)
    if then is None or now is None:
        return theme.DASH
    return theme.age(float(now - then) / theme.MICRO)
