import io
import os
import socket
import stat
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from holdfast.supervise.house import House, children, surroundings
from holdfast.supervise.logs import last_line, open_log, rotate
from holdfast.supervise.ports import LOOPBACK, NoPortFree, claim_port, is_free
from holdfast.supervise.prefect_server import BadAddress, api_url, environment
from holdfast.supervise.screen import Screen, status_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_taken_port_means_the_next_free_one(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as holder, ExitStack() as held:
        port = holder.getsockname()[1]
        assert not is_free(port)
        assert port < claim_port(port, held, tmp_path) <= port + 100


def test_a_port_that_is_claimed_but_not_listened_on_yet_is_passed_over(tmp_path: Path) -> None:
    with ExitStack() as first, ExitStack() as second:
        port = claim_port(20_000, first, tmp_path)
        assert claim_port(port, second, tmp_path) > port
        first.close()
        assert claim_port(port, second, tmp_path) == port


def test_no_free_port_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((LOOPBACK, 0)) as holder, ExitStack() as held:
        port = holder.getsockname()[1]
        monkeypatch.setattr("holdfast.supervise.ports.TRIES", 1)
        with pytest.raises(NoPortFree, match=f"from {port} to {port}"):
            claim_port(port, held, tmp_path)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("http://127.0.0.1:4200", "http://127.0.0.1:4200/api"),
        ("http://127.0.0.1:4200/api/", "http://127.0.0.1:4200/api"),
        ("localhost:4300", "http://localhost:4300/api"),
        (
            "https://cloud.example/api/accounts/a/workspaces/w",
            "https://cloud.example/api/accounts/a/workspaces/w",
        ),
    ],
)
def test_the_address_of_a_server_is_completed(given: str, meant: str) -> None:
    assert api_url(given) == meant


@pytest.mark.parametrize("given", ["ftp://x", "http://", "://"])
def test_an_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(BadAddress, match="--prefect-url"):
        api_url(given)


def test_our_server_sees_none_of_a_persons_prefect_settings(tmp_path: Path) -> None:
    base = {
        "PREFECT_API_KEY": "x",
        "PREFECT_PROFILE": "cloud",
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "A": "b",
    }
    ours = environment(base, home=tmp_path, api="http://127.0.0.1:1/api", ours=True)
    theirs = environment(base, home=tmp_path, api="http://127.0.0.1:1/api", ours=False)

    assert "PREFECT_API_KEY" not in ours
    assert ours["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert ours["A"] == "b"
    assert ours["PREFECT_HOME"] == str(tmp_path / "var" / "prefect")
    assert ours["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert ours["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"] == "events,flow_runs"
    assert theirs["PREFECT_API_KEY"] == "x"


def test_every_prefect_setting_we_give_is_one_prefect_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.settings import Settings

    for name, value in environment(
        {}, home=tmp_path, api="http://127.0.0.1:1/api", ours=True
    ).items():
        monkeypatch.setenv(name, value)
    settings = Settings()

    assert settings.server.services.db_vacuum.enabled == {"events", "flow_runs"}
    assert settings.server.services.db_vacuum.retention_period.days == 7
    assert settings.server.events.retention_period.days == 1
    assert not settings.server.analytics_enabled
    assert settings.home == tmp_path / "var" / "prefect"


def test_children_get_a_home_of_ours_when_the_persons_cannot_be_written(tmp_path: Path) -> None:
    for person in ("", str(tmp_path / "missing")):
        assert surroundings({"HOME": person}, tmp_path)["HOME"] == str(tmp_path / "var" / "home")
    assert surroundings({}, tmp_path)["HOME"] == str(tmp_path / "var" / "home")
    assert surroundings({"HOME": str(tmp_path)}, tmp_path)["HOME"] == str(tmp_path)


def test_loopback_never_goes_through_a_proxy(tmp_path: Path) -> None:
    names = surroundings({"NO_PROXY": "example.org"}, tmp_path)["NO_PROXY"].split(",")
    assert set(names) == {"example.org", "127.0.0.1", "localhost"}


def test_a_full_log_is_put_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "desk.log"
    with open_log(path) as log:
        log.write(b"old\n" * 10)
        assert not rotate(path, full=1000)
        assert rotate(path, full=10)
        log.write(b"new\n")
        assert path.read_bytes() == b"new\n"
        assert rotate(path, full=1)
        assert rotate(path, full=0, kept=2)

    assert path.with_name("desk.log.1").read_bytes() == b""
    assert path.with_name("desk.log.2").read_bytes() == b"new\n"
    assert not path.with_name("desk.log.4").exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.with_name("desk.log.1").stat().st_mode) == 0o600


def test_the_last_line_with_words_is_found(tmp_path: Path) -> None:
    path = tmp_path / "desk.log"
    assert last_line(path) == ""
    path.write_text("first\nsecond\n\n  \n")
    assert last_line(path) == "second"
    assert last_line(path, since=path.stat().st_size) == ""


def test_a_terminal_has_its_last_line_rewritten_in_place() -> None:
    data, notes = Terminal(), Terminal()
    screen = Screen(data, notes)
    screen.status("tick 1", at=0.0)
    screen.status("tick 2", at=0.5)
    screen.note("hello")
    assert notes.getvalue() == "tick 1\r\x1b[2Ktick 2\r\x1b[2Kup: hello\ntick 2"


def test_a_pipe_gets_a_plain_line_a_minute() -> None:
    data, notes = io.StringIO(), io.StringIO()
    screen = Screen(data, notes)
    for second in range(0, 121, 10):
        screen.status(f"at {second}", at=float(second))
    assert notes.getvalue() == "up: at 0\nup: at 60\nup: at 120\n"


def test_a_closed_terminal_is_borne() -> None:
    stream = io.StringIO()
    stream.close()
    assert stream.closed
    Screen(stream, io.StringIO()).address("dashboard", "http://127.0.0.1:1")


def test_the_status_line_shows_what_the_desk_says_and_hides_control_signs() -> None:
    status = {
        "tick": 7,
        "price": "0.1",
        "mode": "RUN\x1b[2J",
        "slot_count": 2,
        "total_round_trips": 0,
    }
    line = status_line(status, ["worker waiting"])
    assert line == "tick 7  price 0.1  mode RUN?[2J  slots 2  fills -  cycles 0  (worker waiting)"
    assert status_line(None) == "the desk does not answer yet"


def test_the_ports_of_a_house_on_a_foreign_server_are_only_its_own(tmp_path: Path) -> None:
    house = House(
        home=tmp_path,
        runtime="paper",
        profile="paper",
        dashboard_port=8501,
        api="http://x:1/api",
        environ=dict(os.environ),
    )
    assert house.ports == {"dashboard": 8501}
    assert house.urls["Prefect UI"] == "http://x:1"


def test_what_the_environment_holds_for_the_desk_alone_no_other_child_inherits(
    tmp_path: Path,
) -> None:
    house = House(
        home=tmp_path,
        runtime="paper",
        profile="paper",
        dashboard_port=8501,
        api="http://x:1/api",
        prefect_port=4200,
        environ={"DESK_KEY": "TEST_ONLY_desk", "PATH": "/bin"},
        secret_names=frozenset({"DESK_KEY"}),
    )
    found = {each.name: each.environ for each in children(house, httpx.AsyncClient())}
    assert set(found) == {"desk", "prefect", "dashboard", "worker"}
    assert found.pop("desk")["DESK_KEY"] == "TEST_ONLY_desk"
    assert all("DESK_KEY" not in environ and environ["PATH"] for environ in found.values())
