"""Make folders that only their owner may enter."""

from pathlib import Path


def private(folder: Path) -> Path:
    """Make `folder` and what is missing above it, each with mode 0700."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    return folder
