import asyncio
import os
from pathlib import Path

import httpx
import pytest
import typer
from typer.testing import CliRunner

from holdfast.cli.up import register
from holdfast.supervise.control import desk_is_ready, read_control
from holdfast.supervise.house import House, children
from holdfast.supervise.record import Claim, Record, describe, write_record
from holdfast.supervise.spec import ChildSpec

PROFILES = Path(__file__).resolve().parents[3] / "profiles"
URLS = {
    "dashboard": "http://127.0.0.1:8501",
    "Prefect UI": "http://127.0.0.1:4200",
    "control API": "http://127.0.0.1:40001",
}


def call(home: Path, *arguments: str) -> tuple[int, str, str]:
    app = typer.Typer()
    register(app)
    environ = {"HOLDFAST_HOME": str(home), "HOLDFAST_PROFILES": str(PROFILES)}
    result = CliRunner(env=environ).invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def ours(runtime: str) -> Record:
    me = describe("up", os.getpid())
    assert me is not None
    return Record(
        pid=me.pid, started=me.started, profile=runtime, runtime=runtime, ports={}, urls=URLS
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--profile", "papre"], "papre"),
        (["--profile", "base"], "base.yaml"),
        (["--speed", "fast"], "speed"),
        (["--slots", "20000"], "slots"),
        (["--prefect-url", "ftp://example.org"], "--prefect-url"),
        (["--profiles", "/nowhere/at/all"], "/nowhere/at/all"),
    ],
)
def test_a_bad_wish_is_one_line_with_2_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], named: str
) -> None:
    code, out, err = call(tmp_path, *arguments)

    assert code == 2
    assert out == ""
    assert named in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_second_up_of_a_runtime_tells_where_the_first_one_is(tmp_path: Path) -> None:
    claim = Claim(tmp_path / "var" / "locks" / "up-paper.lock")
    assert claim.take()
    write_record(tmp_path / "var" / "up.json", "paper", ours("paper"))

    code, out, err = call(tmp_path)
    claim.release()

    assert code == 2
    assert [line.split()[-1] for line in out.splitlines()] == list(URLS.values())
    assert "paper is up already" in err


def test_two_runtimes_of_one_home_never_run_two_servers_on_one_database(tmp_path: Path) -> None:
    claim = Claim(tmp_path / "var" / "locks" / "prefect-server.lock")
    assert claim.take()
    write_record(tmp_path / "var" / "up.json", "other", ours("other"))

    code, _, err = call(tmp_path)
    claim.release()

    assert code == 2
    assert "--prefect-url http://127.0.0.1:4200" in err


def house(home: Path, *, server: int | None) -> House:
    return House(
        home=home,
        runtime="paper",
        profile="paper",
        dashboard_port=8501,
        api="http://127.0.0.1:4200/api",
        prefect_port=server,
        desk_options=("--slots", "8"),
        environ={"PREFECT_API_URL": "http://127.0.0.1:4200/api"},
    )


def named(specs: list[ChildSpec]) -> dict[str, ChildSpec]:
    return {spec.name: spec for spec in specs}


def test_the_desk_is_our_own_child_and_waits_for_nobody(tmp_path: Path) -> None:
    specs = named(children(house(tmp_path, server=4200), httpx.AsyncClient()))

    desk = specs["desk"]
    assert desk.command[1:] == (
        "-m",
        "holdfast",
        "desk",
        "run",
        "--profile",
        "paper",
        "--slots",
        "8",
    )
    assert desk.after == ""
    assert desk.prepare is None
    assert desk.environ["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert specs["worker"].after == "prefect"
    assert [
        spec.wave for spec in (desk, specs["worker"], specs["dashboard"], specs["prefect"])
    ] == [0, 1, 1, 2]


def test_everything_listens_on_loopback_only_and_reports_to_nobody(tmp_path: Path) -> None:
    specs = named(children(house(tmp_path, server=4200), httpx.AsyncClient()))

    assert "127.0.0.1" in specs["prefect"].command
    dashboard = " ".join(specs["dashboard"].command)
    assert "--server.address 127.0.0.1 --server.port 8501" in dashboard
    assert "--browser.gatherUsageStats false" in dashboard
    assert specs["dashboard"].environ["HOLDFAST_PUBLISHED"] == str(tmp_path / "var/paper/published")


def test_a_foreign_server_that_was_named_is_used_and_none_is_started(tmp_path: Path) -> None:
    specs = named(children(house(tmp_path, server=None), httpx.AsyncClient()))

    assert set(specs) == {"desk", "dashboard", "worker"}
    assert specs["worker"].after == ""


@pytest.mark.parametrize("text", ["", "{", '{"url": 1}', '{"url": "x", "token": "y", "pid": "z"}'])
def test_a_control_file_that_is_not_whole_says_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "control.json"
    assert read_control(path) is None
    path.write_text(text)
    assert read_control(path) is None


async def is_ready(path: Path, pid: int) -> bool:
    transport = httpx.MockTransport(
        lambda request: httpx.Response(
            200 if request.headers["Authorization"] == "Bearer secret" else 401
        )
    )
    async with httpx.AsyncClient(transport=transport) as client:
        return await desk_is_ready(client, path)(pid)


def test_a_control_file_left_by_another_desk_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    path.write_text('{"url": "http://127.0.0.1:1", "token": "secret", "pid": 7, "more": true}')

    assert asyncio.run(is_ready(path, 7))
    assert not asyncio.run(is_ready(path, 8))
