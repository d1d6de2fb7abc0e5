"""Take up the keys of a desk, in the order of trust: read, allowed, leased, judged, its share claimed.

Rules: nothing here trades; whatever is missing or too much refuses the start before the venue is
asked for anything but what the key may do; lease and share end with the stack, or with the process.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import msgspec

from holdfast.clock import Clock
from holdfast.config.profile import Profile
from holdfast.config.secrets.reference import Place
from holdfast.config.secrets.resolve import resolve, resolve_all, resolve_text
from holdfast.config.secrets.secret import Secret
from holdfast.config.secrets.sources import Sources
from holdfast.domain.errors import VenueError
from holdfast.safety.account_shares import AccountShares, own_claim
from holdfast.safety.key_lease import KeyLease
from holdfast.safety.key_scopes import (
    KeyInfo,
    KeyVerdict,
    judge_key,
    read_key_info,
    refuse_stranger,
)

OF_A_VENUE = frozenset(
    f"{prefix}api_{part}" for prefix in ("", "next_", "read_") for part in ("key", "secret")
)


class Keyring(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a desk, read once, and the lease on the key it trades with."""

    secrets: Mapping[str, Secret]
    sources: Sources
    profile: Profile
    lease: KeyLease | None = None

    def secret(self, name: str) -> Secret | None:
        """Return a secret of `secrets:` by its name."""
        return self.secrets.get(name)

    def referred(self, text: str) -> Secret:
        """Return the secret a setting refers to by its text."""
        return resolve_text(text, Place(file=self.profile.name, key="settings"), self.sources)


class KeyLook(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a key: what the exchange said, and how far that lets the desk go."""

    info: KeyInfo | None
    verdict: KeyVerdict


def open_keys(profile: Profile, root: Path, clock: Clock, stack: ExitStack) -> Keyring:
    """Read every secret of a profile, and lease the key it trades with."""
    commands = profile.secret_commands
    sources = Sources(home=root, environ=os.environ, clock=clock, commands=commands)
    secrets = resolve_all(profile.secrets, sources)
    key = secrets.get("api_key")
    if key is None:
        return Keyring(secrets=secrets, sources=sources, profile=profile)
    refuse_stranger(key.fingerprint, profile.allowed_accounts, profile.secrets["api_key"].place)
    locks = root / "var" / "locks"
    lease = stack.enter_context(KeyLease(locks, key.fingerprint, profile.runtime))
    return Keyring(secrets=secrets, sources=sources, profile=profile, lease=lease)


def open_secrets(profile: Profile, root: Path, clock: Clock) -> Keyring:
    """Read the secrets of a profile that are no key of a venue: all that a desk on paper needs."""
    commands = profile.secret_commands
    sources = Sources(home=root, environ=os.environ, clock=clock, commands=commands)
    named = {name: each for name, each in profile.secrets.items() if name not in OF_A_VENUE}
    return Keyring(secrets=resolve_all(named, sources), sources=sources, profile=profile)


def one_secret(profile: Profile, name: str, root: Path, clock: Clock) -> str | None:
    """Read one secret of a profile and no other, for a command; None where none is named."""
    if name not in profile.secrets:
        return None
    commands = profile.secret_commands
    sources = Sources(home=root, environ=os.environ, clock=clock, commands=commands)
    return resolve(profile.secrets[name], sources).reveal()


def look_at_key(
    keyring: Keyring, ask: Callable[[], object], clock: Clock, *, starting: bool
) -> KeyLook:
    """Ask the exchange what the key may do; at the start, raise where it may do too much."""
    try:
        info = read_key_info(ask())
    except VenueError:
        info = None
    production = keyring.profile.env == "live"
    now = clock.wall() // 1_000_000
    verdict = judge_key(info, purpose="trade", production=production, now=now)
    if starting:
        verdict.refuse(keyring.profile.secrets["api_key"].place)
    return KeyLook(info=info, verdict=verdict)


def claim_share(keyring: Keyring, look: KeyLook, root: Path, stack: ExitStack) -> None:
    """Claim this desk's part of the account's caps, until the stack ends."""
    if keyring.lease is None:
        return
    key = keyring.lease.fingerprint
    account = look.info.account if look.info is not None and look.info.account else key
    shares = AccountShares(root / "var" / "accounts", account)
    desk = keyring.profile.runtime
    shares.claim(own_claim(desk, key, keyring.profile.settings))
    stack.callback(shares.release, desk)
