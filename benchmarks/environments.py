"""Make each peer's environment once, by uv, from the versions pinned beside it.

Rules: an environment is named by its pins and Python, so a changed pin makes a new one; a half-made one
is never used; nothing is installed into ours; packages come by name from the index uv is set up with.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workload import ROOT, folder

REQUIREMENTS = ROOT / "benchmarks" / "peers" / "requirements"
READY = "holdfast-bench-ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An engine to be compared with, and how many times faster ours must be."""

    name: str
    title: str
    bar: float
    stretch: float


PEERS = (
    Peer(name="nautilus", title="nautilus_trader", bar=50, stretch=200),
    Peer(name="backtesting_py", title="backtesting.py", bar=50, stretch=200),
    Peer(name="vectorbt", title="vectorbt", bar=10, stretch=40),
    Peer(name="hftbacktest", title="hftbacktest", bar=2, stretch=8),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A peer's interpreter, what it takes on disk, and how long making it took (0 when it was there)."""

    python: Path
    megabytes: float
    seconds: float


class EnvironmentNotMadeError(Exception):
    """uv is missing, or could not install what a peer needs."""


def prepare(peer: Peer) -> Environment:
    """Give the peer's environment, making it when it is not there yet."""
    pins = REQUIREMENTS / f"{peer.name}.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    named = hashlib.sha256(f"{version}\n{pins.read_text()}".encode()).hexdigest()[:8]
    place = folder() / "envs" / f"{peer.name}-{named}"
    begun = time.perf_counter()
    made = not (place / READY).exists()
    if made:
        _make(place, pins, version)
    seconds = time.perf_counter() - begun if made else 0.0
    return Environment(
        python=place / "bin" / "python",
        megabytes=float((place / READY).read_text()),
        seconds=seconds,
    )


def _make(place: Path, pins: Path, version: str) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    python = place / "bin" / "python"
    _uv("venv", "--quiet", "--no-project", "--python", version, str(place))
    _uv("pip", "install", "--quiet", "--python", str(python), "--requirement", str(pins))
    (place / READY).write_text(f"{_megabytes(place):.0f}")


def _uv(*words: str) -> None:
    settings = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    settings.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        [_find_uv(), *words], env=settings, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EnvironmentNotMadeError(done.stderr.strip() or f"uv ended with {done.returncode}")


def _find_uv() -> str:
    own = ROOT / ".tools" / "uv" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if not found:
        raise EnvironmentNotMadeError("uv was not found: run `make up` once, or put uv on the PATH")
    return found


def _megabytes(place: Path) -> float:
    files = (path.lstat() for path in place.rglob("*"))
    return sum(entry.st_blocks for entry in files) * 512 / 1024**2
