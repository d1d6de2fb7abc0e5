"""A folder of profiles to write into, and a loader that looks at nothing else."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from holdfast.config.errors import ConfigError
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile

ROOT = Path(__file__).resolve().parents[3]
BASE = "abstract: true\nenv: paper\nvenue: paper\nsymbol: DOGE/USD\n"

Load = Callable[..., Profile]
Refused = Callable[..., ConfigError]


@pytest.fixture
def shipped() -> Path:
    """Point to the profiles this repository ships."""
    return ROOT / "profiles"


@pytest.fixture
def profiles(tmp_path: Path) -> Path:
    """Make a folder of profiles that holds a base."""
    folder = tmp_path / "profiles"
    (folder / "tracks").mkdir(parents=True)
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    return folder


@pytest.fixture
def write(profiles: Path) -> Callable[[str, str], Path]:
    """Write one file into the folder."""

    def put(name: str, text: str) -> Path:
        path = profiles / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return put


@pytest.fixture
def load(profiles: Path) -> Load:
    """Load from the folder, with nothing from outside unless given."""

    def loaded(
        name: str | Path = "mine",
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, str] | None = None,
    ) -> Profile:
        return load_profile(
            name, profiles=profiles, environ=environ or {}, overrides=overrides or {}
        )

    return loaded


@pytest.fixture
def refused(load: Load) -> Refused:
    """Load what must be refused, and hand over the refusal."""

    def refusal(*given: object, **named: object) -> ConfigError:
        with pytest.raises(ConfigError) as caught:
            load(*given, **named)
        assert "\n" not in str(caught.value)
        return caught.value

    return refusal
