"""Read what a profile says about keys: `secrets:`, `secret_commands:` and `allowed_accounts:`.

Rules: a secret itself is never in a profile, and a message about one that is never repeats it; a
command is a list of words and no shell reads it; an account is known by the fingerprint of its key.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from holdfast.config.catalogue import nearest
from holdfast.config.secrets.reference import COMMAND, Place, Reference, parse_reference
from holdfast.config.yaml_strict import Sheet, Spot
from holdfast.redaction.redactor import REDACTOR

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "api_key": "key that trades",
        "api_secret": "secret of the key that trades",
        "next_api_key": "key that will trade after the rotation",
        "next_api_secret": "secret of the key that will trade after the rotation",
        "read_api_key": "key that only reads",
        "read_api_secret": "secret of the key that only reads",
        "mode_store_password": "password of the store of the requested mode",
        "replica_password": "password of the database the ledger is copied to",
    }
)
SIGNAL = re.compile(r"signal_[a-z0-9][a-z0-9_-]{0,47}")
SIGNAL_MEANING = "what the source of signals of this name signs with"
PAIRS = (
    ("api_key", "api_secret"),
    ("next_api_key", "next_api_secret"),
    ("read_api_key", "read_api_secret"),
)
KEYS: Mapping[str, str] = MappingProxyType(
    {
        "secrets": "name: reference, as in api_key: secret://file/secrets/kraken.key",
        "secret_commands": "name: list of words, run without a shell for secret://command/NAME",
        "allowed_accounts": "fingerprints of the keys this profile may trade with",
    }
)
FINGERPRINT = re.compile(r"[0-9a-f]{8}")
MOST_WORDS, LONGEST_WORD = 64, 1024


@dataclass(frozen=True, slots=True)
class Keys:
    """What a profile and its parents say about keys; the child's word counts for each name."""

    secrets: Mapping[str, Reference]
    commands: Mapping[str, tuple[str, ...]]
    accounts: tuple[str, ...]

    def over(self, parent: "Keys") -> "Keys":
        """Lay these over a parent's; a list of accounts replaces the parent's whole."""
        return Keys(
            MappingProxyType({**parent.secrets, **self.secrets}),
            MappingProxyType({**parent.commands, **self.commands}),
            self.accounts or parent.accounts,
        )

    def missing_for_live(self) -> str:
        """Name what a profile that can trade for real has to say, and does not."""
        if not self.accounts:
            return "allowed_accounts"
        return "" if "api_key" in self.secrets else "secrets"


NO_KEYS = Keys(MappingProxyType({}), MappingProxyType({}), ())


def read_keys(sheet: Sheet) -> Keys:
    """Read what one file says about keys."""
    return Keys(read_secrets(sheet), read_commands(sheet), read_accounts(sheet))


def read_secrets(sheet: Sheet) -> dict[str, Reference]:
    """Read which secret is found where."""
    found: dict[str, Reference] = {}
    for name, spot, place in _entries(sheet, "secrets", "`name: secret://…` lines"):
        if name not in NAMES and not SIGNAL.fullmatch(name):
            hint = nearest(name, NAMES) or f"use one of {', '.join(NAMES)}, signal_SOURCE"
            raise _at_key(place, spot).fault("is not a known secret", hint=hint)
        found[name] = parse_reference(spot.value, place)
    return found


def read_commands(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    """Read the commands that may be run for a secret."""
    found: dict[str, tuple[str, ...]] = {}
    for name, spot, place in _entries(sheet, "secret_commands", "`name: [word, …]` lines"):
        if not COMMAND.fullmatch(name):
            raise _at_key(place, spot).fault(
                "does not fit", allowed="small letters, digits, - and _"
            )
        found[name] = _words(spot, place)
    return found


def read_accounts(sheet: Sheet) -> tuple[str, ...]:
    """Read the fingerprints of the keys a profile may trade with."""
    spot = sheet.root.get("allowed_accounts")
    if spot is None or spot.value is None:
        return ()
    allowed = "a list of fingerprints: 8 hexadecimal digits in quotes"
    if not isinstance(spot.value, tuple):
        raise _place(sheet, spot, "allowed_accounts").fault("is not a list", allowed=allowed)
    for each in spot.value:
        if not isinstance(each.value, str) or not FINGERPRINT.fullmatch(each.value):
            hint = "see `holdfast secret fingerprint`; a key itself is never in a profile"
            place = _place(sheet, each, "allowed_accounts")
            raise place.fault("is not a fingerprint", allowed=allowed, hint=hint)
    return tuple(dict.fromkeys(str(each.value) for each in spot.value))


def refuse_halves(keys: Keys) -> None:
    """Refuse a key without its secret, a secret without its key, a command nobody listed."""
    secrets = keys.secrets
    for pair in PAIRS:
        there = [name for name in pair if name in secrets]
        if len(there) == 1:
            other = next(name for name in pair if name not in secrets)
            problem = f"needs secrets.{other} beside it"
            raise secrets[there[0]].place.fault(problem, hint=f"add {other}")
    for reference in secrets.values():
        if reference.scheme == "command" and reference.name not in keys.commands:
            listed = ", ".join(keys.commands) or "none is listed"
            raise reference.place.fault(
                "names a command that `secret_commands:` does not list", allowed=listed
            )


def _entries(sheet: Sheet, block: str, allowed: str) -> Iterable[tuple[str, Spot, Place]]:
    spot = sheet.root.get(block)
    if spot is None or spot.value is None:
        return
    if not isinstance(spot.value, Mapping):
        raise _place(sheet, spot, block).fault("is not a mapping", allowed=allowed)
    for name, each in spot.value.items():
        # A name that could not be one may be a secret on the wrong side of the colon.
        known = f".{name}" if COMMAND.fullmatch(name) else ""
        yield name, each, _place(sheet, each, f"{block}{known}")


def _words(spot: Spot, place: Place) -> tuple[str, ...]:
    allowed = 'a list of words, as in [sops, -d, "keys.yaml"]'
    if not isinstance(spot.value, tuple) or not 1 <= len(spot.value) <= MOST_WORDS:
        raise place.fault("is not a list of words", allowed=allowed)
    words: list[str] = []
    for each in spot.value:
        text = each.value
        if not isinstance(text, str) or not text.isprintable() or not 0 < len(text) <= LONGEST_WORD:
            raise place.fault("is not a list of words", allowed=allowed, hint="quote numbers")
        if REDACTOR.text(text) != text:
            raise place.fault("holds a secret in its words", hint="let the command find it itself")
        words.append(text)
    return tuple(words)


def _place(sheet: Sheet, spot: Spot, key: str) -> Place:
    return Place(sheet.label, spot.line, spot.column, key)


def _at_key(place: Place, spot: Spot) -> Place:
    return Place(place.file, spot.key_line, spot.key_column, place.key)
