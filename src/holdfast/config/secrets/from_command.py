"""Read a secret from what a listed command prints: a KMS, sops, a vault.

Rules: the words of the profile and nothing else, no shell, no input; after the time-out the command
and all it started are ended; what it complains about may hold the secret and is never shown.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import threading

from holdfast.config.secrets.reference import Reference
from holdfast.config.secrets.secret import Secret
from holdfast.config.secrets.sources import LARGEST_BYTES, Sources, held


def from_command(reference: Reference, sources: Sources) -> Secret:
    """Run the command a reference names and hold what it prints."""
    words = sources.commands.get(reference.name)
    if words is None:
        problem = f"`secret_commands:` lists no command {reference.name}"
        raise reference.place.fault(
            problem, allowed=", ".join(sources.commands) or "none is listed"
        )
    program = shutil.which(words[0], path=sources.environ.get("PATH"))
    if program is None:
        hint = "install it, or give its whole path"
        raise reference.place.fault(f"the program {words[0]} is not there", hint=hint)
    output, code = _run((program, *words[1:]), reference, sources)
    if code and len(output) <= LARGEST_BYTES:  # one that says too much dies of our closing
        hint = f"run it by hand: {words[0]} …"
        raise reference.place.fault(f"the command {reference.name} failed with {code}", hint=hint)
    return held(output, reference.place, f"the command {reference.name}")


def _run(words: tuple[str, ...], reference: Reference, sources: Sources) -> tuple[bytes, int]:
    try:
        process = subprocess.Popen(  # noqa: S603 (listed words, no shell)
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=sources.home,
            env=dict(sources.environ),
            start_new_session=True,
        )
    except OSError as error:
        problem = f"the command {reference.name} cannot be started: {error.strerror}"
        raise reference.place.fault(problem) from None
    late = threading.Event()
    timer = threading.Timer(sources.command_seconds, _give_up, (process, late))
    timer.start()
    try:
        output = _read(process)
        # The process is left unreaped, so that its number stays its own until the group is ended.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    finally:
        timer.cancel()
        timer.join()
        _end(process)
        code = process.wait()
    if late.is_set():
        problem = f"the command {reference.name} took longer than {sources.command_seconds:g} s"
        raise reference.place.fault(problem, hint="see why it waits; it gets no input")
    return output, code


def _read(process: subprocess.Popen[bytes]) -> bytes:
    if process.stdout is None:
        return b""
    with process.stdout as stream:
        return stream.read(LARGEST_BYTES + 1)


def _give_up(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
