"""Split what an account may risk among its desks, and refuse the desk that would make it too much.

Rules: each desk claims its own caps in `var/accounts/<account>.json` before it trades; the sum of all
living claims stays within the strictest word any of them has of the account's caps; a dead desk (its
process is gone, or another has its number) claims nothing; a file that cannot be read refuses.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import msgspec
import psutil

from holdfast.config.settings import Settings
from holdfast.domain.errors import HoldfastError
from holdfast.ledger.paths import FILE_MODE, make_private, write_private

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SAME_START_SECONDS = 1.0


class ShareRefused(HoldfastError):
    """The desks of an account would together do more than the account may."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Three limits: of one desk, or of all together."""

    exposure: Decimal
    daily_loss: Decimal
    open_orders: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What one desk takes of an account, and what it was told the account may do."""

    desk: str
    fingerprint: str
    pid: int
    started: float
    share: Share
    caps: Share


class _Book(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    claims: tuple[Claim, ...] = ()


LIMITS: tuple[tuple[str, str, Callable[[Share], Decimal | int]], ...] = (
    ("account_max_exposure_usd", "max_total_exposure_usd", lambda share: share.exposure),
    ("account_daily_loss_limit", "daily_loss_limit", lambda share: share.daily_loss),
    ("account_max_open_orders", "max_open_orders", lambda share: share.open_orders),
)
UNLIMITED_AT_0 = frozenset({"daily_loss_limit"})


def share_of(settings: Settings) -> Share:
    """Read what a desk may do by itself."""
    return Share(
        exposure=settings.max_total_exposure_usd,
        daily_loss=settings.daily_loss_limit,
        open_orders=settings.max_open_orders,
    )


def caps_of(settings: Settings) -> Share:
    """Read what a desk was told of its account."""
    return Share(
        exposure=settings.account_max_exposure_usd,
        daily_loss=settings.account_daily_loss_limit,
        open_orders=settings.account_max_open_orders,
    )


def own_claim(desk: str, fingerprint: str, settings: Settings) -> Claim:
    """Make the claim of this process."""
    return Claim(
        desk=desk,
        fingerprint=fingerprint,
        pid=os.getpid(),
        started=psutil.Process().create_time(),
        share=share_of(settings),
        caps=caps_of(settings),
    )


class AccountShares:
    """The claims on one account of all desks on this machine."""

    def __init__(self, accounts: Path, account: str) -> None:
        if not NAME.fullmatch(account):
            raise ValueError("an account is named by its fingerprint")
        self._path = make_private(accounts) / f"{account}.json"

    def living(self) -> tuple[Claim, ...]:
        """List the claims of desks that run."""
        with self._alone():
            return self._living()

    def claim(self, claim: Claim) -> None:
        """Enter a claim, or raise with every limit it would break; a desk's new one replaces its old."""
        with self._alone():
            living = self._living()
            self._refuse_namesake(claim, living)
            others = tuple(one for one in living if one.desk != claim.desk)
            broken = tuple(_broken((*others, claim)))
            if broken:
                beside = ", ".join(one.desk for one in others)
                beside = f" beside {beside}" if beside else ""
                raise ShareRefused(
                    f"desk {claim.desk} cannot trade on account {self._path.stem}{beside}: "
                    f"{'; '.join(broken)}; do: lower its caps, or those of the others"
                )
            self._write((*others, claim))

    def release(self, desk: str) -> None:
        """Take a desk's own claim back."""
        with self._alone():
            self._write(
                tuple(one for one in self._living() if (one.desk, one.pid) != (desk, os.getpid()))
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        path = self._path.with_suffix(".lock")
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, FILE_MODE)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)

    def _living(self) -> tuple[Claim, ...]:
        try:
            book = msgspec.json.decode(self._path.read_bytes(), type=_Book)
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            raise ShareRefused(
                f"the claims on account {self._path.stem} cannot be read; "
                f"do: stop all desks of this account, then remove {self._path}"
            ) from None
        return tuple(one for one in book.claims if _lives(one))

    def _write(self, claims: tuple[Claim, ...]) -> None:
        write_private(self._path, msgspec.json.encode(_Book(claims=claims)))

    def _refuse_namesake(self, claim: Claim, living: tuple[Claim, ...]) -> None:
        for one in living:
            if one.desk == claim.desk and one.pid != claim.pid:
                raise ShareRefused(
                    f"desk {claim.desk} runs already on account {self._path.stem} (pid {one.pid}); "
                    "do: stop it, or name the runtime of this one otherwise"
                )


def _broken(claims: tuple[Claim, ...]) -> Iterator[str]:
    for account_name, desk_name, read in LIMITS:
        caps = [read(one.caps) for one in claims]
        if not any(caps) and len(claims) == 1:
            continue
        unset = [one.desk for one in claims if not read(one.caps)]
        if unset and len(claims) > 1:
            yield f"{account_name} is 0 for {', '.join(unset)}, which means alone on the account"
            continue
        cap, total = min(caps), sum(read(one.share) for one in claims)
        endless = [one.desk for one in claims if not read(one.share)]
        if desk_name in UNLIMITED_AT_0 and endless:
            yield f"{desk_name} 0 of {', '.join(endless)} is no limit, {account_name} is {cap}"
        elif total > cap:
            yield f"the desks' {desk_name} sum to {total}, {account_name} is {cap}"


def _lives(claim: Claim) -> bool:
    try:
        process = psutil.Process(claim.pid)
        same = abs(process.create_time() - claim.started) < SAME_START_SECONDS
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
