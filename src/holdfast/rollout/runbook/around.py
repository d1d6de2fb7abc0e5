"""Say what a check may look at: services over HTTP, logs, the published tables, a clock.

Rules: an address is asked for anew at every look, because a desk that restarts listens elsewhere; the
token goes to the desk on this machine and to nobody else; redirects and proxies are not followed.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from holdfast.clock import Clock
from holdfast.rollout.runbook.stopping import Stop
from holdfast.rollout.runbook.target import LOOPBACK, Target
from holdfast.rollout.verdicts import Verdict

LARGEST_ANSWER = 4 * 1024 * 1024


class Address(msgspec.Struct, frozen=True):
    """Where a service of ours listens, and the token it wants, if any."""

    url: str
    token: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one look came to; `artefact` is what may be kept of it."""

    verdict: Verdict
    observed: str
    artefact: dict[str, object] | None = None


class NoAnswer(Exception):
    """There is nobody to ask, or no usable answer came: which verdict, and why."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer."""

    status: int
    content: bytes

    def document(self) -> object:
        """Read it as JSON, with exact numbers; raise NoAnswer where it is none."""
        try:
            return json.loads(self.content, parse_float=Decimal, parse_constant=Decimal)
        except (ValueError, RecursionError):
            raise NoAnswer(
                Verdict.INCONCLUSIVE, f"answered {self.status}, and not with JSON"
            ) from None


class Services:
    """The desk and the dashboard of one runtime, and what else may be asked."""

    def __init__(
        self,
        desk: Callable[[], Address | None],
        dashboard: Callable[[], Address | None],
        clock: Clock,
    ) -> None:
        self._find = {"desk": desk, "dashboard": dashboard}
        self._clock = clock
        self.desk_answered = False

    def ask(self, target: Target, seconds: float) -> Answer:
        """Send one request; raise NoAnswer where nothing usable comes back in time."""
        url, token = self._address(target)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        deadline = self._clock.monotonic() + seconds
        try:
            with (
                httpx.Client(trust_env=False, timeout=seconds) as client,
                client.stream(target.method, url, headers=headers) as answer,
            ):
                content = self._read(answer, deadline)
        except httpx.TimeoutException:
            raise NoAnswer(Verdict.ERROR, f"no answer within {seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            reason = f"does not answer ({type(error).__name__})"
            raise NoAnswer(Verdict.ERROR, f"the {target.service or 'address'} {reason}") from None
        self.desk_answered = self.desk_answered or target.service == "desk"
        return Answer(answer.status_code, content)

    def _address(self, target: Target) -> tuple[str, str]:
        if not target.service:
            return target.path, ""
        address = self._find[target.service]()
        if address is None:
            raise NoAnswer(Verdict.INCONCLUSIVE, f"no {target.service} is noted in this runtime")
        if urlsplit(address.url).hostname not in LOOPBACK:
            raise NoAnswer(Verdict.ERROR, f"the {target.service} is noted on another machine")
        return f"{address.url.rstrip('/')}{target.path}", address.token

    def _read(self, answer: httpx.Response, deadline: float) -> bytes:
        content = b""
        for part in answer.iter_bytes():
            content += part
            if len(content) > LARGEST_ANSWER:
                raise NoAnswer(Verdict.ERROR, "the answer is larger than 4 MiB")
            if self._clock.monotonic() > deadline:
                raise NoAnswer(Verdict.ERROR, "the answer took too long to come in whole")
        return content


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """All a run goes by; times are microseconds UTC, `since` is None unless told."""

    services: Services
    logs: Path
    published: Path
    clock: Clock
    began_at: int
    since: int | None = None
    stop: Stop = msgspec.field(default_factory=Stop)
