"""The scan of the repository finds what a person would regret, wherever git keeps it, and never tells it."""

import base64
import hashlib
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCAN = importlib.import_module("tools.secret_scan")


def noise(text, size=64):
    """Make bytes that look random and are not; this file holds nothing that looks like a secret."""
    return hashlib.shake_256(text.encode()).digest(size)


PLANTED = {
    "an exchange secret": base64.b64encode(noise("secret")).decode(),
    "an exchange key": base64.b64encode(noise("key", 42)).decode(),
    "a cloud key": "AKIA" + base64.b32encode(noise("cloud", 10)).decode(),
    "a forge token": "ghp_" + noise("forge", 18).hex(),
    "a bot token": "123456789:" + base64.urlsafe_b64encode(noise("bot", 27)).decode()[:35],
    "a password in an address": "redis://:" + noise("redis", 8).hex() + "@store.example:6379/0",
    "a keyword": 'api_secret = "' + noise("word", 12).hex() + '"',
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a hexadecimal key": "private key 0x" + noise("hex", 32).hex(),
}


@pytest.fixture
def repository(tmp_path, monkeypatch, capsys):
    root = tmp_path / "repository"
    root.mkdir()
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{
            f"GIT_{who}_{what}": "test@example.org"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }

    class Repository:
        path = root

        def git(self, *words):
            subprocess.run(("git", *words), cwd=root, env=environ, check=True, capture_output=True)

        def commit(self, name, text, message="change"):
            (root / name).write_text(text)
            self.git("add", "-A")
            self.git("commit", "-q", "-m", message)

        def scan(self, *words):
            code = SCAN.main(("--root", str(root), *words))
            told = capsys.readouterr()
            return subprocess.CompletedProcess(words, code, told.out, told.err)

        def process(self, *words):
            return subprocess.run(
                [sys.executable, SCAN.__file__, "--root", str(root), *words],
                cwd=root,
                env=environ,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )

    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    one = Repository()
    one.git("init", "-q", "-b", "main")
    one.commit("plain.txt", "nothing here\n")
    return one


def test_what_was_planted_is_found_by_place_and_never_told(repository):
    names = list(PLANTED)
    text = "".join(f"line\n{PLANTED[name]}\n" for name in names)
    repository.commit("config.txt", text)
    done = repository.process("--tracked")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    for number, name in enumerate(names):
        where = f"config.txt:{2 * number + 2}: "
        assert any(where in line for line in lines), name
    for value in PLANTED.values():
        assert value not in done.stdout + done.stderr
    assert "revoke it" in done.stdout


@pytest.mark.parametrize("kept", ["removed", "on another branch", "in a message", "in a long line"])
def test_the_whole_history_is_scanned(repository, kept):
    secret = PLANTED["an exchange secret"]
    if kept == "removed":
        repository.commit("config.txt", f"{secret}\n")
        repository.commit("config.txt", "gone\n")
    elif kept == "on another branch":
        repository.git("switch", "-q", "-c", "other")
        repository.commit("config.txt", f"{secret}\n")
        repository.git("switch", "-q", "main")
    elif kept == "in a long line":
        repository.commit("config.txt", "x " * 3990 + secret + " y" * 9000)
        repository.commit("config.txt", "gone\n")
    else:
        repository.commit("config.txt", "text\n", message=f"the key is {secret}")
    assert repository.scan("--tracked").returncode == 0
    done = repository.scan("--history")
    assert done.returncode == 1
    assert "Exchange secret" in done.stdout
    assert secret not in done.stdout


@pytest.mark.parametrize(
    "line",
    [
        'api_secret = "TEST_ONLY_0123456789abcdef"',
        base64.b64encode(b"TEST_ONLY_" + noise("more", 54)).decode(),
        "redis://:TEST_ONLY_1@localhost",
        'api_key: "secret://file/secrets/kraken2.key"',
        f'hash = "sha256:{noise("hash", 32).hex()}"',
        f"chain_hash {noise('chain', 32).hex()}",
        'token = os.environ["TOKEN_2"]',
        "see https://example.org/a/b?c=d",
    ],
)
def test_values_of_tests_references_and_hashes_pass(repository, line):
    repository.commit("config.txt", f"{line}\n")
    done = repository.scan("--tracked", "--history")
    assert (done.returncode, done.stdout) == (0, "")


def test_what_was_looked_at_is_listed_by_fingerprint(repository):
    secret = PLANTED["an exchange secret"]
    repository.commit("config.txt", f"{secret}\n")
    told = repository.scan("--tracked").stdout
    mark = told.split("(fingerprint ")[1][:16]
    (repository.path / "tools").mkdir()
    (repository.path / "tools" / "secret_scan_known.txt").write_text(f"# list\n{mark} an example\n")
    assert repository.scan("--tracked").returncode == 0


def test_files_can_be_named_as_the_hook_does(repository):
    path = repository.path / "new.txt"
    path.write_text(PLANTED["a forge token"])
    assert repository.scan(str(path)).returncode == 1
    assert repository.scan(str(repository.path / "plain.txt")).returncode == 0


def test_outside_of_a_checkout_nothing_passes(tmp_path):
    command = [sys.executable, SCAN.__file__, "--root", str(tmp_path), "--history"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert "no git checkout" in done.stderr


def test_the_scan_is_a_hook_and_a_part_of_make_check():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    entries = [hook["entry"] for hook in hooks]
    assert ".venv/bin/python tools/secret_scan.py" in entries
    assert "tools/secret_scan.py --tracked --history" in (ROOT / "Makefile").read_text()


def test_an_environment_file_is_ignored_and_the_example_holds_no_value_of_a_secret():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert ".env*" in ignored
    assert "!.env.example" in ignored
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, _, value = line.lstrip("# ").partition("=")
        if name.isupper() and any(
            word in name for word in ("SECRET", "TOKEN", "PASSWORD", "API_KEY")
        ):
            assert not value, name
