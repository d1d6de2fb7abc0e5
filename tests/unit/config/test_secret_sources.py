"""Secrets are read from where a profile says, each source for real, or the start is refused."""

import os
import stat
import sys
import time
from pathlib import Path
from typing import get_args

import pytest
from recorded_prefect import document, recorded_prefect

from holdfast.clock import FixedClock
from holdfast.config.errors import ConfigError
from holdfast.config.secrets.reference import Place, Scheme, parse_reference
from holdfast.config.secrets.resolve import READERS, resolve, resolve_all
from holdfast.config.secrets.sources import LARGEST_BYTES, Sources
from holdfast.redaction.redactor import REDACTOR

VALUE = "TEST_ONLY_b64/+value-0123456789=="
PLACE = Place("profiles/mine.yaml", 7, 12, "secrets.api_key")


@pytest.fixture
def sources(tmp_path):
    def made(environ=None, **more):
        environ = {"PATH": os.environ["PATH"]} | (environ or {})
        return Sources(home=tmp_path, environ=environ, clock=FixedClock(), **more)

    return made


@pytest.fixture
def refused(sources):
    def refusal(text, given=None):
        with pytest.raises(ConfigError) as caught:
            resolve(parse_reference(text, PLACE), given or sources())
        told = str(caught.value)
        assert told.startswith("profiles/mine.yaml:7:12: secrets.api_key: ")
        assert "do: " in told
        assert VALUE not in told
        return told

    return refusal


@pytest.fixture
def keep(tmp_path):
    def kept(name="key", content=VALUE + "\n", mode=0o600):
        path = tmp_path / name
        path.write_text(content) if isinstance(content, str) else path.write_bytes(content)
        path.chmod(mode)
        return path

    return kept


@pytest.mark.plan("004-081")
def test_every_source_has_one_reader_and_no_other_way_in():
    assert set(READERS) == set(get_args(Scheme))
    assert len(set(READERS.values())) == len(READERS)


# --- files


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_its_owners_alone_is_read_and_stripped(keep, sources, mode):
    keep(mode=mode)
    assert resolve(parse_reference("secret://file/key"), sources()).reveal() == VALUE


def test_an_absolute_path_is_taken_as_it_is(keep, sources):
    path = keep("elsewhere")
    assert resolve(parse_reference(f"secret://file/{path}"), sources()).reveal() == VALUE


@pytest.mark.parametrize(
    "mode", sorted({0o600 | bit for bit in (1, 2, 4, 8, 16, 32, 64)} | {0o700, 0o200, 0o500})
)
def test_every_other_mode_is_refused_with_the_command_that_mends_it(keep, refused, mode):
    keep(mode=mode)
    if mode == 0o200 and os.geteuid() != 0:
        pytest.skip("nobody but root can open a file that may not be read")
    told = refused("secret://file/key")
    assert f"mode {mode:04o}" in told
    assert "chmod 600" in told


def test_a_link_is_refused_though_what_it_points_to_is_private(keep, refused, tmp_path):
    (tmp_path / "link").symlink_to(keep())
    assert "is a link" in refused("secret://file/link")


def test_a_folder_a_pipe_and_a_missing_file_are_refused_at_once(refused, tmp_path):
    (tmp_path / "folder").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "pipe", 0o600)
    began = time.monotonic()
    assert "is not a file" in refused("secret://file/folder")
    assert "is not a file" in refused("secret://file/pipe")
    assert "does not exist" in refused("secret://file/missing")
    assert time.monotonic() - began < 5


def test_a_folder_others_can_change_is_refused(keep, refused, sources, tmp_path):
    (tmp_path / "open").mkdir()
    keep("open/key")
    (tmp_path / "open").chmod(0o777)
    assert "others may change the folder" in refused("secret://file/open/key")
    (tmp_path / "open").chmod(0o1777)  # as /tmp: others may not replace what is mine
    assert resolve(parse_reference("secret://file/open/key"), sources()).reveal() == VALUE


def test_a_file_of_another_user_is_refused(keep, refused):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(keep(), 12345, -1)
    told = refused("secret://file/key")
    assert "belongs to user 12345" in told
    assert f"chown {os.geteuid()}" in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("short12", "too short"),
        (b"\xff\xfe" * 10, "not text"),
        (f"{VALUE}\x00x", "control character"),
        ("x" * (LARGEST_BYTES + 1), "more than a secret"),
    ],
)
def test_what_cannot_be_a_secret_is_refused(keep, refused, content, told):
    keep(content=content)
    assert told in refused("secret://file/key")


def test_a_value_of_8_characters_or_16_kib_or_many_lines_is_one(keep, sources):
    for content in ("12345678", "x" * LARGEST_BYTES, "first line\nsecond line"):
        keep(content=content)
        assert resolve(parse_reference("secret://file/key"), sources()).reveal() == content


# --- environment


def test_a_variable_is_read_once_and_is_gone(sources):
    given = sources({"DESK_KEY": f" {VALUE}\n"})
    assert resolve(parse_reference("secret://env/DESK_KEY"), given).reveal() == VALUE
    assert "DESK_KEY" not in given.environ


def test_a_missing_or_empty_variable_is_refused(refused, sources):
    assert "DESK_KEY is not set" in refused("secret://env/DESK_KEY")
    assert "is empty" in refused("secret://env/DESK_KEY", sources({"DESK_KEY": ""}))


def test_two_names_of_one_reference_share_what_was_read(sources):
    references = {name: parse_reference("secret://env/A") for name in ("api_key", "read_api_key")}
    found = resolve_all(references, sources({"A": VALUE}))
    assert found["api_key"] is found["read_api_key"]
    with pytest.raises(TypeError):
        found["api_key"] = None


def test_nothing_is_read_halfway_when_one_secret_is_missing(sources):
    references = {
        "api_key": parse_reference("secret://env/A"),
        "api_secret": parse_reference("secret://env/B", PLACE),
    }
    with pytest.raises(ConfigError, match="B is not set"):
        resolve_all(references, sources({"A": VALUE}))


# --- commands


def command(sources, *words, **more):
    more = {"command_seconds": 30.0} | more
    return sources(more.pop("environ", None), commands={"vault": words}, **more)


@pytest.mark.plan("004-080")
def test_what_a_listed_command_prints_is_the_secret(sources):
    given = command(sources, "sh", "-c", f"echo noise >&2; echo '{VALUE}'")
    assert resolve(parse_reference("secret://command/vault"), given).reveal() == VALUE


def test_no_shell_reads_the_words(sources, tmp_path):
    given = command(sources, "echo", f"{VALUE};touch", "$HOME", "`id`", f"> {tmp_path}/made")
    told = resolve(parse_reference("secret://command/vault"), given).reveal()
    assert told == f"{VALUE};touch $HOME `id` > {tmp_path}/made"
    assert not (tmp_path / "made").exists()


def test_a_command_that_fails_is_told_by_its_code_and_never_by_its_words(refused, sources, capfd):
    given = command(sources, "sh", "-c", f"echo {VALUE}; echo {VALUE} >&2; exit 3")
    assert "failed with 3" in refused("secret://command/vault", given)
    assert VALUE not in "".join(capfd.readouterr())


def test_a_command_that_takes_too_long_is_ended_with_all_it_started(refused, sources, tmp_path):
    script = f"sleep 60 & echo $! > {tmp_path}/child; echo {VALUE}; wait"
    given = command(sources, "sh", "-c", script, command_seconds=0.5)
    began = time.monotonic()
    assert "took longer than 0.5 s" in refused("secret://command/vault", given)
    assert time.monotonic() - began < 20
    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 10
    while alive(child):
        assert time.monotonic() < until, "the command's child outlived it"
        time.sleep(0.05)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_that_prints_nothing_or_too_much_is_refused(refused, sources):
    assert "is empty" in refused("secret://command/vault", command(sources, "true"))
    loud = command(sources, sys.executable, "-c", "print('x' * 10_000_000)")
    assert "more than a secret" in refused("secret://command/vault", loud)


def test_a_program_that_is_not_there_or_not_one_is_refused(refused, sources, keep):
    told = refused("secret://command/vault", command(sources, "no-such-program-here"))
    assert "no-such-program-here is not there" in told
    script = keep("broken", "no shebang \x00", 0o700)
    assert "cannot be started" in refused("secret://command/vault", command(sources, str(script)))


def test_only_listed_commands_run(refused, sources):
    assert "lists no command vault" in refused("secret://command/vault", sources())


def test_a_command_does_not_inherit_the_secrets_of_the_environment(sources):
    words = ("sh", "-c", f'test -z "$A" && echo "{VALUE}"')
    references = {
        "api_secret": parse_reference("secret://command/vault"),
        "api_key": parse_reference("secret://env/A"),
    }
    found = resolve_all(references, command(sources, *words, environ={"A": VALUE}))
    assert found["api_secret"].reveal() == VALUE


# --- Prefect, by recorded answers of its API (tests/flows has the real server)


@pytest.fixture
def prefect():
    answers = {
        "plain": document(VALUE),
        "fields": document({"api_key": VALUE}),
        "text-of-fields": document(f'{{"api_key": "{VALUE}"}}'),
        "forbidden": (401, VALUE.encode()),
        "broken": (200, VALUE.encode()),
        "starting": (503, b""),
    }
    with recorded_prefect(answers) as server:
        yield server


@pytest.mark.parametrize("name", ["plain", "fields/api_key", "text-of-fields/api_key"])
def test_a_secret_block_is_asked_for_once(sources, prefect, name):
    given = sources({"PREFECT_API_URL": prefect.api})
    assert resolve(parse_reference(f"secret://prefect/{name}"), given).reveal() == VALUE
    assert [path.endswith("?include_secrets=true") for path, _ in prefect.asked] == [True]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("absent", "Prefect has no Secret block absent"),
        ("forbidden", "Prefect answers 401"),
        ("broken", "has no value"),
        ("fields", "name one of its fields"),
        ("fields/other", "has no field other"),
        ("plain/api_key", "has no field api_key"),
        ("starting", "answers 503"),
    ],
)
def test_what_prefect_cannot_give_is_refused_without_its_answer(
    refused, sources, prefect, name, told
):
    given = sources({"PREFECT_API_URL": prefect.api}, server_seconds=2.0)
    assert told in refused(f"secret://prefect/{name}", given)


@pytest.mark.parametrize(
    ("variable", "sent"),
    [
        ("PREFECT_API_KEY", "Bearer TEST_ONLY_pnu"),
        ("PREFECT_API_AUTH_STRING", "Basic VEVTVF9PTkxZX3BudQ=="),
    ],
)
def test_a_guarded_server_hears_who_asks(sources, prefect, variable, sent):
    given = sources({"PREFECT_API_URL": prefect.api, variable: "TEST_ONLY_pnu"})
    resolve(parse_reference("secret://prefect/plain"), given)
    assert prefect.asked[0][1] == sent
    assert REDACTOR.text(f"sent {sent}") in ("sent Bearer ***", "sent Basic ***")


def test_a_server_that_never_comes_is_waited_for_and_then_refused(refused, sources):
    given = sources({"PREFECT_API_URL": "http://127.0.0.1:9/api"}, server_seconds=5.0)
    assert "cannot be reached (ConnectError)" in refused("secret://prefect/plain", given)
    assert 4 < given.clock.monotonic() <= 5


@pytest.mark.parametrize("url", ["", "nonsense"])
def test_no_address_of_a_server_is_refused(refused, sources, url):
    given = sources({"PREFECT_API_URL": url})
    assert "PREFECT_API_URL names no Prefect server" in refused("secret://prefect/plain", given)


def test_reading_leaves_the_mode_of_a_file_alone(keep, sources):
    path = keep(mode=0o400)
    resolve(parse_reference("secret://file/key"), sources())
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
