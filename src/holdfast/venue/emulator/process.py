"""Start an exchange as a process of its own, talk to it as its administrator, stop it or kill it.

Rules: only a process that was started here is ended here, by its own handle; what is waited for has
a limit; the token comes from the exchange's own file; the child ends when this process does.
"""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx
import msgspec

from holdfast.clock import Clock, SystemClock
from holdfast.domain.errors import VenueUnavailable
from holdfast.venue.emulator.server import ADDRESS, Address

START_SECONDS = 30.0
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.02
Told = dict[str, object]


class AdminClient:
    """The administrator of a running exchange."""

    def __init__(self, address: Address, *, seconds: float = 30.0) -> None:
        self.address = address
        headers = {"authorization": f"Bearer {address.token}"}
        self._client = httpx.Client(base_url=address.url, headers=headers, timeout=seconds)

    def state(self, *, rows: bool = True) -> Told:
        """Ask for everything there is."""
        return self._get(f"/emulator/state?rows={int(rows)}")

    def audit(self) -> Told:
        """Ask how often each client's id was accepted."""
        return self._get("/emulator/audit")

    def now(self) -> int:
        """Ask for virtual time, in microseconds UTC."""
        return int(str(self._get("/emulator/clock")["now_us"]))

    def await_parked(self, count: int, seconds: float = 10.0) -> Told:
        """Wait until so many callers wait for a time, or the seconds are over."""
        return self._get(f"/emulator/clock?parked={count}&timeout={seconds}")

    def advance(self, microseconds: int) -> int:
        """Move a lock-step clock on; return where it stands."""
        return int(str(self._post("clock", {"advance_us": microseconds})["now_us"]))

    def move(self, to: int) -> int:
        """Move a lock-step clock to a time; return where it stands."""
        return int(str(self._post("clock", {"to_us": to})["now_us"]))

    def park(self, until: int, name: str = "") -> int:
        """Wait until virtual time is reached; return where it stands."""
        return int(str(self._post("park", {"until_us": until, "name": name})["now_us"]))

    def faults(self, *rules: Mapping[str, object], seed: int = 0, append: bool = False) -> Told:
        """Put a fault plan in force; none clears it."""
        return self._post("faults", {"seed": seed, "rules": list(rules), "append": append})

    def order(self, **fields: object) -> Told:
        """Place an order by hand, with the fields of AddOrder."""
        return self._post("order", fields)

    def fill(self, **fields: object) -> Told:
        """Trade a part of an open order: `txid` or `cl_ord_id`, and `vol`."""
        return self._post("fill", fields)

    def cancel(self, **fields: object) -> Told:
        """Cancel an order behind its client's back: `txid` or `cl_ord_id`."""
        return self._post("cancel", fields)

    def flow(self, asset: str, amount: object, kind: str = "deposit", fee: object = 0) -> Told:
        """Move money: deposit, withdrawal, earn or unearn."""
        given = {"asset": asset, "amount": str(amount), "kind": kind, "fee": str(fee)}
        return self._post("flow", given)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _get(self, path: str) -> Told:
        return self._read(self._client.get(path))

    def _post(self, verb: str, given: Mapping[str, object]) -> Told:
        body = msgspec.json.encode(given)
        return self._read(self._client.post(f"/emulator/{verb}", content=body))

    @staticmethod
    def _read(answer: httpx.Response) -> Told:
        told = msgspec.json.decode(answer.content, type=dict[str, object])
        if answer.is_error:
            raise VenueUnavailable(f"the exchange refused its administrator: {told.get('error')}")
        return told


class ExchangeProcess:
    """One exchange as a child of this process; it may be started again after it died."""

    def __init__(
        self, folder: Path, *options: str, log: Path | None = None, clock: Clock | None = None
    ) -> None:
        self.folder = folder
        self._options = options
        self._log = log or folder / "exchange.log"
        self._clock = clock or SystemClock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stream: IO[bytes] | None = None
        self.admin: AdminClient | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.administrator().address.url

    def administrator(self) -> AdminClient:
        """Return the client of the running exchange."""
        if self.admin is None:
            raise VenueUnavailable("the exchange does not run; do: start it")
        return self.admin

    def start(self, port: int = 0) -> Self:
        """Start it, and wait until it answers."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stream = self._log.open("ab")
        command = [sys.executable, "-m", "holdfast", "venue", "serve"]
        command += ["--state", str(self.folder), "--port", str(port), "--lifeline", *self._options]
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=self._stream, stderr=self._stream
        )
        self.admin = AdminClient(self._await(self._process))
        return self

    def stop(self) -> int:
        """Ask it to end, and wait; return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End it by force, at once."""
        return self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if self.admin is not None:
            self.admin.close()
            self.admin = None
        if process is None:
            return 0
        process.send_signal(how)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if self._stream is not None:
            self._stream.close()
        return code

    def _await(self, process: subprocess.Popen[bytes]) -> Address:
        deadline = self._clock.monotonic() + START_SECONDS
        while self._clock.monotonic() < deadline:
            if process.poll() is not None:
                break
            address = read_address(self.folder)
            if address is not None and address.pid == process.pid and _answers(address):
                return address
            self._clock.sleep(LOOK_SECONDS)
        process.kill()
        process.wait()
        lines = self._log.read_text(errors="replace").strip().splitlines()
        raise VenueUnavailable(
            f"the exchange did not start: {lines[-1] if lines else 'it said nothing'}"
        )


def read_address(folder: Path) -> Address | None:
    """Read where the exchange of a folder answers, None where it does not say."""
    try:
        return msgspec.json.decode((folder / ADDRESS).read_bytes(), type=Address)
    except (OSError, msgspec.MsgspecError):
        return None


def _answers(address: Address) -> bool:
    try:
        return httpx.get(f"{address.url}/emulator/health", timeout=2).is_success
    except httpx.HTTPError:
        return False
