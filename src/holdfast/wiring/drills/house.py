"""Make the house of one drill: fresh folders, a profile of its own, and nothing of a real runtime.

Rules: a drill lives under `var/drills/` alone; its desk can reach no venue but the emulator of its own
folder, and keys but the emulator's test key are not named in its profile.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import msgspec

from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.domain.errors import HoldfastError
from holdfast.ledger.paths import Runtime, make_private, runtime, write_private
from holdfast.rollout.drills.model import Drill
from holdfast.wiring.venue_time import FOLDER

PROFILE = "drill"
PARENTS = ("base.yaml", "kraken-staging.yaml")
TRACKS = "tracks"
EMULATOR = "emulator"
SOURCE, SIGNAL_SECRET = "drill", "signal_secret"
SIGNED_WITH = b"TEST_ONLY_secret_of_a_drill"  # it opens the listener of a drill, and nothing else
OWN: Mapping[str, object] = MappingProxyType(
    {
        "execution_mode": "LIVE",
        "exchange_url": EMULATOR,
        "clock_source": "venue",
        "mode_store": "file",
        # The grid is wider than the staging desk's: orders of a drill fill when it says so.
        "slot_spacing_pct": 0.15,
        "pair_entry_pct": 0.15,
        "pair_profit_pct": 0.7,
        "pair_refresh_pct": 0.4,
    }
)
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT")


class NotTheEmulator(HoldfastError):
    """A drill would reach something other than the emulator of its own folder."""


class House:
    """The folders and the profile of one drill."""

    def __init__(self, folder: Path, drill: Drill, profiles: Path) -> None:
        self.folder = make_private(folder)
        self.profiles = make_private(folder / "profiles")
        for name in PARENTS:
            shutil.copyfile(profiles / name, self.profiles / name)
        shutil.copytree(profiles / TRACKS, self.profiles / TRACKS)
        self.place: Runtime = runtime(PROFILE, folder).make()
        self.logs = make_private(folder / "logs")
        self._drill = drill

    @property
    def exchange(self) -> Path:
        """Where the drill's exchange keeps its memory."""
        return self.place.folder / FOLDER

    @property
    def environ(self) -> dict[str, str]:
        """The environment of the drill's processes: nothing of holdfast's but this house."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        own = {"HOLDFAST_HOME": str(self.folder), "HOLDFAST_PROFILES": str(self.profiles)}
        return {**kept, **own, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}

    def furnish(self, settings: Mapping[str, object]) -> Profile:
        """Write the drill's profile with its declared settings and more, and read it back."""
        page = {
            "extends": "kraken-staging",
            "description": f"Drill {self._drill.drill}: {self._drill.title}",
            "runtime": PROFILE,
            "secrets": self._secrets(),
            "settings": {**OWN, **self._drill.settings, **settings},
        }
        body = msgspec.json.format(msgspec.json.encode(page, enc_hook=str), indent=2)
        write_private(self.profiles / f"{PROFILE}.yaml", body)
        return self.profile()

    def _secrets(self) -> dict[str, str]:
        named = {
            name: f"secret://file/var/{PROFILE}/{FOLDER}/{name}"
            for name in ("api_key", "api_secret")
        }
        if "signal_sources" in self._drill.settings:
            write_private(self.folder / SIGNAL_SECRET, SIGNED_WITH)
            named |= {f"signal_{SOURCE}": f"secret://file/{SIGNAL_SECRET}"}
        return named

    def profile(self) -> Profile:
        """Read the drill's profile; refuse one that reaches further than the emulator."""
        found = load_profile(PROFILE, profiles=self.profiles, environ={}, overrides={})
        if found.env != "staging" or found.settings.exchange_url != EMULATOR:
            raise NotTheEmulator(
                "a drill runs against the emulator only; do: leave env and exchange_url alone"
            )
        return found

    @contextmanager
    def lived_in(self) -> Iterator[None]:
        """Let this process take the house for its home, for a desk that runs inside it."""
        before = dict(os.environ)
        for name in list(os.environ):
            if name.startswith("HOLDFAST_"):
                del os.environ[name]
        os.environ.update(self.environ)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
