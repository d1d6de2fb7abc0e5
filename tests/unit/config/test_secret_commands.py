"""Secrets through the real command line: exit codes, places, and never a value.

Calls of `main` in this process; as a process of its own runs what opens a desk, and one check.
"""

import json
import os
import subprocess
import sys

import pytest
from command_line import call

PLANTED = "TEST_ONLY_cli_" + "Zq7+" * 10
OTHER = "TEST_ONLY_other_" + "Wp3/" * 10
HEAD = "extends: base\n"


@pytest.fixture
def environ(profiles, tmp_path):
    kept = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    places = {"HOLDFAST_PROFILES": str(profiles), "HOLDFAST_HOME": str(tmp_path)}
    return kept | places | {"COLUMNS": "240"}


@pytest.fixture
def run(environ, tmp_path):
    return lambda *words, **more: call(*words, environ=environ | more, folder=tmp_path)


@pytest.fixture
def process(environ, tmp_path):
    def invoke(*words, **more):
        return subprocess.run(
            [sys.executable, "-m", "holdfast", *words],
            env=environ | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd=tmp_path,
        )

    return invoke


def silent(done):
    told = done.stdout + done.stderr
    assert PLANTED not in told
    assert PLANTED[:20] not in told
    assert OTHER not in told
    return told


@pytest.mark.parametrize(
    "words",
    [
        ("lint", "mine"),
        ("profile", "list"),
        ("secret", "check", "mine"),
        ("desk", "run", "--no-orchestrator", "--profile", "mine"),
    ],
    ids=" ".join,
)
def test_a_secret_written_into_a_profile_is_refused_everywhere(
    run, process, write, tmp_path, words
):
    write("mine", f"{HEAD}secrets:\n  api_key: {PLANTED}\n  api_secret: {OTHER}\n")
    done = (process if words[0] == "desk" else run)(*words)
    told = silent(done)
    assert "profiles/mine.yaml:3:12: secrets.api_key: is not a reference" in told
    assert done.returncode == (0 if words == ("profile", "list") else 2)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"api_key: {PLANTED}\n", "profiles/mine.yaml:2:1: api_key: "),
        (f"settings:\n  api_key: {PLANTED}\n", "profiles/mine.yaml:3:3: settings.api_key: "),
        (f"secrets:\n  api_key: secret://vault/{PLANTED}\n", "profiles/mine.yaml:3:12: "),
        (f"allowed_accounts: ['{PLANTED}']\n", "profiles/mine.yaml:2:20: allowed_accounts: "),
        (
            "secrets:\n  api_key: secret://env/A\n",
            "profiles/mine.yaml:3:12: secrets.api_key: needs",
        ),
    ],
)
def test_a_bad_reference_exits_2_with_file_line_and_key(run, write, text, place):
    write("mine", HEAD + text)
    done = run("lint", "mine")
    assert done.returncode == 2
    assert silent(done).startswith(place)


@pytest.fixture
def ready(write, tmp_path):
    """Write a profile whose secrets are all there."""
    key = tmp_path / "keys" / "desk"
    key.parent.mkdir(mode=0o700)
    key.write_text(OTHER)
    key.chmod(0o600)
    write(
        "mine",
        f"{HEAD}secrets:\n  api_key: secret://env/DESK_KEY\n  api_secret: secret://file/keys/desk\n"
        "  signal_radar: secret://command/vault\n"
        f"secret_commands:\n  vault: [sh, -c, 'cat keys/desk']\n",
    )
    return key


def test_a_check_names_sources_and_fingerprints_and_no_value(run, process, ready):
    done = process("secret", "check", "mine", "--json", DESK_KEY=PLANTED)
    assert done.returncode == 0, silent(done)
    rows = json.loads(silent(done) and done.stdout)
    assert [row["name"] for row in rows] == ["api_key", "api_secret", "signal_radar"]
    assert [row["verdict"] for row in rows] == ["ready"] * 3
    assert rows[1]["fingerprint"] == rows[2]["fingerprint"] != rows[0]["fingerprint"]
    table = run("secret", "check", "mine", DESK_KEY=PLANTED)
    assert rows[0]["fingerprint"] in silent(table)


def test_a_check_tells_every_secret_that_is_not_there(run, ready):
    ready.chmod(0o644)
    done = run("secret", "check", "mine", "--json")
    assert done.returncode == 2
    told = [row["verdict"] for row in json.loads(silent(done) and done.stdout)]
    assert "profiles/mine.yaml:3:12: secrets.api_key: the variable DESK_KEY is not set" in told[0]
    assert "profiles/mine.yaml:4:15: secrets.api_secret: the file" in told[1]
    assert "has mode 0644" in told[1]
    assert told[2] == "ready"


def test_a_key_that_is_not_of_the_allowed_accounts_is_told(run, ready, profiles):
    path = profiles / "mine.yaml"
    text = path.read_text()
    path.write_text(text + "allowed_accounts: ['00000000']\n")
    done = run("secret", "check", "mine", "--json", DESK_KEY=PLANTED)
    assert done.returncode == 2
    row = json.loads(silent(done) and done.stdout)[0]
    assert row["verdict"] == "is not in allowed_accounts"
    path.write_text(text + f"allowed_accounts: ['{row['fingerprint']}']\n")
    assert run("secret", "check", "mine", DESK_KEY=PLANTED).returncode == 0


def test_the_fingerprint_of_a_key_is_printed_for_the_list_of_accounts(run):
    done = run("secret", "fingerprint", "secret://env/DESK_KEY", DESK_KEY=PLANTED)
    assert done.returncode == 0
    assert len(silent(done).strip()) == 8
    wrong = run("secret", "fingerprint", PLANTED)
    assert wrong.returncode == 2
    assert "is not a reference" in silent(wrong)


def test_a_profile_without_secrets_has_nothing_to_check(run, write):
    write("mine", HEAD)
    assert "refers to no secret" in run("secret", "check", "mine").stdout


def test_the_command_line_takes_no_secret(run, write):
    write("mine", HEAD)
    done = run("secret", "check", "mine", "--api-key", PLANTED)
    assert done.returncode == 2
    assert "No such option" in silent(done)
