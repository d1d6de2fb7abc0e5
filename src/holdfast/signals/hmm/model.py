"""Say what a trained model is: plain numbers, with what it was trained on and how far it may be trusted.

States stand in the order bearish, ranging, bullish. A file holds the canonical JSON of the model and
its SHA-256; one that does not agree with its checksum is never used.
"""

import hashlib
from pathlib import Path

import msgspec

from holdfast.domain.errors import DataError

FORMAT = 1
Row = tuple[float, ...]


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of the detector of one candle length.

    `trust` says how far its probabilities are believed, from 0 to 1; `error` is what is left of their claim
    (expected calibration error). `flaw` names why nobody may act on it, empty where somebody may.
    """

    version: int
    seconds: int
    seed: int
    trained_at: int
    candles_from: int
    candles_to: int
    rows: int
    start: Row
    moves: tuple[Row, ...]
    means: tuple[Row, ...]
    covariances: tuple[tuple[Row, ...], ...]
    scale_mean: Row
    scale_spread: Row
    trust: float
    error: float
    occupancy: Row
    dwell: Row
    depth: float
    flaw: str = ""
    format: int = FORMAT


class _File(msgspec.Struct, frozen=True):
    sha256: str
    model: msgspec.Raw


def write(model: Model, folder: Path, name: str) -> Path:
    """Keep a version beside those before it; a file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    body = msgspec.json.encode(model, order="deterministic")
    text = msgspec.json.encode(
        {"sha256": hashlib.sha256(body).hexdigest(), "model": msgspec.Raw(body)}
    )
    path = folder / f"{name}-v{model.version:05d}.json"
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_bytes(text)
    part.replace(path)
    return path


def read(path: Path) -> Model:
    """Read a version; raise DataError for a file that is not what it claims to be."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
        if hashlib.sha256(bytes(found.model)).hexdigest() != found.sha256:
            raise DataError(f"model {path.name} does not agree with its checksum; do: train anew")
        model = msgspec.json.decode(found.model, type=Model)
    except (OSError, msgspec.MsgspecError) as error:
        raise DataError(f"model {path.name} cannot be read: {error}; do: train anew") from error
    if model.format != FORMAT:
        raise DataError(f"model {path.name} is of format {model.format}; do: train anew")
    return model


def versions(folder: Path, name: str) -> list[Path]:
    """List the files of a name, newest version first."""
    return sorted(folder.glob(f"{name}-v*.json"), reverse=True)


def newest(folder: Path, name: str) -> tuple[Model | None, list[str]]:
    """Return the newest version that can be trusted, and what was wrong with newer ones."""
    faults: list[str] = []
    for path in versions(folder, name):
        try:
            return read(path), faults
        except DataError as fault:
            faults.append(str(fault))
    return None, faults
