"""Read a secret from a file that is its owner's alone.

Rules: a plain file, never a link; mode 0600 or 0400; owned by the user the desk runs as; in a folder
others cannot change. A file that fails is refused with the command that puts it right.
"""

import os
import stat
from pathlib import Path

from holdfast.config.secrets.reference import Reference
from holdfast.config.secrets.secret import Secret
from holdfast.config.secrets.sources import LARGEST_BYTES, Sources, held

MODES = (0o600, 0o400)


def from_file(reference: Reference, sources: Sources) -> Secret:
    """Read the file a reference names."""
    path = sources.home / reference.name
    try:
        # A link as last part fails here; a pipe does not make us wait.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(reference, path, error) from None
    try:
        _judge(reference, path, os.fstat(descriptor))
        data = os.read(descriptor, LARGEST_BYTES + 1)
    finally:
        os.close(descriptor)
    return held(data, reference.place, f"the file {path.name}")


def _unreadable(reference: Reference, path: Path, error: OSError) -> Exception:
    if path.is_symlink():
        problem, hint = "is a link", "name the file itself, and copy it where it shall be read"
    elif isinstance(error, FileNotFoundError):
        problem, hint = "does not exist", "make it: umask 077, then write the secret into it"
    else:
        problem, hint = f"cannot be read: {error.strerror}", "let the desk's user own it, mode 0600"
    return reference.place.fault(f"the file {path} {problem}", hint=hint)


def _judge(reference: Reference, path: Path, found: os.stat_result) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISREG(found.st_mode):
        raise reference.place.fault(f"{path} is not a file", hint="name a plain file")
    if found.st_uid != os.geteuid():
        problem = f"the file {path} belongs to user {found.st_uid}, the desk is {os.geteuid()}"
        raise reference.place.fault(problem, hint=f"chown {os.geteuid()} {path}")
    if mode not in MODES:
        problem = f"the file {path} has mode {mode:04o}; treat the secret in it as seen"
        hint = f"chmod 600 {path}"
        raise reference.place.fault(problem, allowed="mode 0600 or 0400", hint=hint)
    folder = path.parent.stat()
    if folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not folder.st_mode & stat.S_ISVTX:
        problem = f"others may change the folder {path.parent}"
        raise reference.place.fault(problem, hint=f"chmod go-w {path.parent}")
