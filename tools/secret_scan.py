"""Look for secrets in files, in what git tracks, and in everything it has ever kept.

`python tools/secret_scan.py [FILE …] [--tracked] [--history]`; exits with 1 when something is found. A
finding is told by its place, kind and fingerprint, never by its value. Values of tests say TEST_ONLY in
themselves and pass. What is proven harmless and cannot be changed any more (it is in the history) is
listed by fingerprint in `tools/secret_scan_known.txt`, each with its reason.
"""

import argparse
import base64
import binascii
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[1]
KNOWN = "tools/secret_scan_known.txt"
PLUGINS = [
    "ArtifactoryDetector",
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "DiscordBotTokenDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "KeywordDetector",
    "MailchimpDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
    "TwilioKeyDetector",
]
SETTINGS = {"plugins_used": [{"name": name} for name in PLUGINS], "filters_used": []}
OWN = (
    ("Exchange secret", re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])")),
    ("Exchange key", re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{56}(?![A-Za-z0-9+/=])")),
    ("Bot token", re.compile(r"(?<![0-9])[0-9]{8,12}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")),
    ("Password in an address", re.compile(r"://[^/\s:@\"']{0,64}:([^/\s@\"']{8,512})@")),
    (
        "Private key in hexadecimal",
        re.compile(r"(?i)(?:private|secret)[^\n]{0,20}?\b(?:0x)?([0-9a-f]{64})\b"),
    ),
)
GUESSED = "Secret Keyword"
WORDLIKE = frozenset({GUESSED, "Basic Auth Credentials", "Password in an address"})
SHORTEST, PIECE, OVERLAP = 8, 4000, 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One secret: where it stands, of which kind, and its fingerprint."""

    where: str
    line: int
    kind: str
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {self.kind} (fingerprint {self.fingerprint})"


@cache
def secrets_in(line: str) -> tuple[tuple[str, str], ...]:
    """List kind and value of every secret in a line."""
    found: list[tuple[str, str]] = []
    for piece in _pieces(line):
        found += [(each.type, each.secret_value or "") for each in scan_line(piece)]
        found += [
            (kind, match.group(match.lastindex or 0))
            for kind, shape in OWN
            for match in shape.finditer(piece)
        ]
    return tuple(
        dict.fromkeys((kind, value) for kind, value in found if is_real(kind, value, line))
    )


def is_real(kind: str, value: str, line: str) -> bool:
    """Say whether a value can be a secret, rather than a word, a reference or a test's."""
    if "TEST_ONLY" in value or "TEST_ONLY" in _decoded(value):
        return False
    if kind == "Private Key":
        return "TEST_ONLY" not in line
    if kind in WORDLIKE:
        mixed = re.search(r"[0-9]", value) and re.search(r"[A-Za-z]", value)
        worded = re.search(r"[\s(){}<>$*]", value) or value.startswith("secret:")
        return len(value) >= SHORTEST and bool(mixed) and not worded
    if kind == "Exchange key":
        return all(re.search(signs, value) for signs in ("[0-9]", "[a-z]", "[A-Z]"))
    return True


def scan(lines: Iterable[tuple[str, int, str]], known: frozenset[str]) -> Iterator[Finding]:
    """Scan lines, each with its place, and yield what is not known to be harmless."""
    with transient_settings(SETTINGS):
        for where, number, line in lines:
            for kind, value in secrets_in(line):
                mark = fingerprint(value)
                if mark not in known:
                    yield Finding(where, number, kind, mark)


def fingerprint(value: str) -> str:
    """Name a value by the first 16 digits of its SHA-256."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def lines_of_files(paths: Iterable[Path]) -> Iterator[tuple[str, int, str]]:
    """Read the lines of text files."""
    for path in paths:
        if path.is_file() and not path.is_symlink():
            yield from _lines(str(path), path.read_bytes())


def lines_of_history(root: Path) -> Iterator[tuple[str, int, str]]:
    """Read every line git has ever kept, of any branch, once; and the messages of all commits."""
    named = _git(root, "rev-list", "--all", "--objects").decode(errors="replace").splitlines()
    paths = dict(line.split(" ", 1) for line in named if " " in line)
    told = _git(root, "cat-file", "--batch", given="\n".join(paths).encode())
    seen: set[str] = set()
    at = 0
    while at < len(told):
        end = told.index(b"\n", at)
        name, kind, size = told[at:end].decode().split(" ")
        content, at = told[end + 1 : end + 1 + int(size)], end + 2 + int(size)
        if kind != "blob":
            continue
        for where, number, line in _lines(f"{paths[name]} (blob {name[:12]})", content):
            if line not in seen:
                seen.add(line)
                yield where, number, line
    messages = _git(root, "log", "--all", "--format=%B")
    yield from _lines("commit messages", messages)


def tracked(root: Path) -> list[Path]:
    """List the files git tracks."""
    return [root / name for name in _git(root, "ls-files", "-z").decode().split("\0") if name]


def known_harmless(root: Path) -> frozenset[str]:
    """Read the fingerprints of findings that were looked at."""
    path = root / KNOWN
    if not path.is_file():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan what is asked for and say what was found."""
    parser = argparse.ArgumentParser(prog="python tools/secret_scan.py")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--tracked", action="store_true", help="every file git tracks")
    parser.add_argument("--history", action="store_true", help="everything git ever kept")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout")
    told = parser.parse_args(arguments)
    known = known_harmless(told.root)
    try:
        found = list(scan(lines_of_files(told.files), known))
        if told.tracked:
            found += scan(lines_of_files(tracked(told.root)), known)
        if told.history:
            found += scan(lines_of_history(told.root), known)
    except subprocess.CalledProcessError:
        print(f"{told.root} is no git checkout, so nothing was scanned", file=sys.stderr)
        return 2
    for each in found:
        print(each)
    if found:
        print("a secret that was committed is known to others: revoke it, then take it out")
    return 1 if found else 0


def _pieces(line: str) -> Iterator[str]:
    for start in range(0, max(len(line), 1), PIECE):
        yield line[start : start + PIECE + OVERLAP]


def _lines(where: str, content: bytes) -> Iterator[tuple[str, int, str]]:
    if b"\0" in content:
        return
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        yield where, number, line


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _git(root: Path, *words: str, given: bytes = b"") -> bytes:
    command = ("git", *words)
    return subprocess.run(command, cwd=root, input=given, capture_output=True, check=True).stdout  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
