"""Keep the requested record in Redis, for desks that do not share a folder.

Rules: every call ends within the time-out and is tried once; the key never expires; a change happens
inside WATCH and MULTI, so that of two setters one is told. A server that may evict the key is warned of.
"""

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError, WatchError
from redis.exceptions import TimeoutError as RedisTimeout
from redis.retry import Retry

from holdfast.safety.mode_record import ModeRecord, encode, epoch_in
from holdfast.safety.mode_store import EpochConflict, StoreFault, must_rise


def key_of(env: str, account: str) -> str:
    """Name the key of an account's requested mode."""
    return f"holdfast:{env}:{account}:mode"


class RedisModeStore:
    """The requested record under one key of a Redis server."""

    name = "redis"

    def __init__(
        self, url: str, env: str, account: str, *, timeout: float = 2.0, password: str | None = None
    ) -> None:
        self.key = key_of(env, account)
        given = {} if password is None else {"password": password}
        # The client's own types also allow for its asyncio twin.
        self._redis: Any = Redis.from_url(
            url,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            decode_responses=False,
            **given,
        )

    def read(self) -> bytes | None:
        """Return the stored document, None where there is none; raise StoreFault."""
        try:
            found = self._redis.get(self.key)
        except RedisError as fault:
            raise _fault(fault) from fault
        return found if isinstance(found, bytes) else None

    def compare_and_set(self, expected: int, record: ModeRecord) -> None:
        """Replace the document, if `expected` is the epoch in it (0 where none is)."""
        must_rise(expected, record)
        try:
            with self._redis.pipeline(transaction=True) as change:
                change.watch(self.key)
                found = epoch_in(change.get(self.key))
                if found != expected:
                    raise EpochConflict(expected, found)
                change.multi()
                change.set(self.key, encode(record))
                change.execute()
        except WatchError:
            raise EpochConflict(expected, epoch_in(self.read())) from None
        except RedisError as fault:
            raise _fault(fault) from fault

    def warnings(self) -> tuple[str, ...]:
        """Say where the server may throw the record away when its memory is full."""
        try:
            policy = self._redis.config_get("maxmemory-policy")["maxmemory-policy"]
        except (ResponseError, KeyError):
            return ("the server does not say whether it evicts keys (maxmemory-policy)",)
        except RedisError as fault:
            raise _fault(fault) from fault
        if policy.startswith("allkeys"):
            return (f"the server may evict the requested mode: maxmemory-policy is {policy}",)
        return ()

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()


def _fault(fault: RedisError) -> StoreFault:
    kind = "timeout" if isinstance(fault, RedisTimeout) else "exception"
    return StoreFault(f"the mode store did not answer: {type(fault).__name__}", kind)
