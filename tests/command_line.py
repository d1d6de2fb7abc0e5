"""The command line called in this process: words in, exit code and both streams out.

It is `main` itself, with arguments, environment and folder of its own. What only a process shows (its
hardening, its signals, what it leaves in memory) is tested with processes.
"""

import contextlib
import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from holdfast.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a call came to, named as `subprocess` names it."""

    returncode: int
    stdout: str
    stderr: str


def call(*words: str, environ: Mapping[str, str], folder: Path) -> Done:
    """Run one command as a shell would start it."""
    out, err = io.StringIO(), io.StringIO()
    streams = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with _started(words, environ), contextlib.chdir(folder), streams[0], streams[1]:
        code = _code_of_main()
    return Done(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _started(words: tuple[str, ...], environ: Mapping[str, str]) -> Iterator[None]:
    with (
        patch.dict("os.environ", environ, clear=True),
        patch.object(sys, "argv", ["holdfast", *words]),
    ):
        yield


def _code_of_main() -> int:
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
