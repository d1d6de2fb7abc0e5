"""A secret planted in every path a desk has shows in nothing that leaves it."""

import base64
import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest
import structlog

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "desk"))

from small_desk import ROOT, House

from holdfast import telemetry
from holdfast.clock import FixedClock, SystemClock
from holdfast.config.secrets.reference import parse_reference
from holdfast.config.secrets.resolve import resolve_all
from holdfast.config.secrets.sources import Sources
from holdfast.desk.control.verbs import Verb
from holdfast.domain.bookkeeping import AnomalyNoted, KeyNoted
from holdfast.domain.errors import CommandRefused, VenueUnavailable
from holdfast.ledger.publish import Publisher
from holdfast.redaction.redactor import REDACTOR
from holdfast.wiring.live import DeskOptions, open_desk

KEY = "TEST_ONLY_planted_key_" + "h4Jk" * 8
SECRET = base64.b64encode(b"TEST_ONLY_planted_secret_" + b"7#x" * 13).decode()
CHAT = "123456789:TEST_ONLY_planted_chat_token_0000000"
REFERENCES = {
    "api_key": "secret://env/DESK_KEY",
    "api_secret": "secret://file/desk.secret",
    "signal_radar": "secret://command/vault",
}


def forms(value):
    """List what a careless line may write of a value."""
    data = value.encode()
    return {
        value,
        quote(value, safe=""),
        base64.b64encode(data).decode().rstrip("="),
        base64.urlsafe_b64encode(data).decode().rstrip("="),
        json.dumps(value)[1:-1],
        data.hex(),
    }


def silent(text):
    found = [form for value in (KEY, SECRET, CHAT) for form in forms(value) if form in text]
    assert found == []
    return text


@pytest.fixture
def secrets(tmp_path):
    """Read one secret from each source that needs no server."""
    (tmp_path / "desk.secret").write_text(SECRET)
    (tmp_path / "desk.secret").chmod(0o600)
    sources = Sources(
        home=tmp_path,
        environ={"DESK_KEY": KEY, "PATH": os.environ["PATH"]},
        clock=FixedClock(),
        commands={"vault": ("printf", CHAT)},
    )
    references = {name: parse_reference(text) for name, text in REFERENCES.items()}
    found = resolve_all(references, sources)
    assert [each.reveal() for each in found.values()] == [KEY, SECRET, CHAT]
    return found


@pytest.fixture(autouse=True)
def _log():
    telemetry.configure()
    yield
    structlog.reset_defaults()


def everything():
    """Put all secrets into one careless sentence."""
    return f"POST /?key={KEY} API-Sign: {SECRET} to https://u:{quote(SECRET, safe='')}@h bot{CHAT}"


def test_an_answer_a_note_a_metric_and_a_status_tell_no_secret(secrets, tmp_path, capfd):
    def refuse(desk, given):
        raise CommandRefused(f"the venue said: {everything()}")

    def break_down(desk, given):
        raise VenueUnavailable(everything()) from KeyError(SECRET)

    def agree(desk, given):
        return f"done with {KEY}"

    text = next(
        parameter
        for verb in House(slots=1).verbs
        if verb.action == "pause"
        for parameter in verb.parameters
    )
    verbs = tuple(
        Verb(action=name, help="Plant.", parameters=(text,), run=run)
        for name, run in (("refuse", refuse), ("break", break_down), ("agree", agree))
    )
    house = House(slots=2, candles=2_000).ticks(5)
    told = []
    with house.served(tmp_path, verbs=(*house.verbs, *verbs)) as client:
        for action in ("refuse", "break", "agree", "pause"):
            answer = client.post("/api/action", json={"action": action, "reason": KEY})
            told.append(answer.text + str(answer.headers))
        unknown = client.post("/api/action", json={"action": KEY, KEY: SECRET})
        denied = httpx.get(
            f"{str(client.base_url).rstrip('/')}/api/status?token={KEY}",
            headers={"Authorization": f"Bearer {SECRET}"},
            trust_env=False,
        )
        paths = ("/api/status", "/metrics", "/api/verbs", "/api/why/0", f"/{KEY}?secret={SECRET}")
        told += [unknown.text, denied.text, *(client.get(path).text for path in paths)]
    house.ticks(2)
    for one in told:
        silent(one)
    commands = house.notes("CommandNoted")
    assert [note.accepted for note in commands] == [False, True, True]
    assert [note.arguments for note in commands] == [{"reason": "***"}] * 3
    silent(str([msgspec.to_builtins(entry) for _, entry in house.ledger.rows]))
    silent(msgspec.json.encode(house.status(), enc_hook=str).decode())
    silent("".join(capfd.readouterr()))
    assert REDACTOR.total > 0


def test_the_ledger_its_published_copy_and_the_log_of_a_real_desk_tell_no_secret(
    secrets, home, monkeypatch, capfd
):
    monkeypatch.setenv("DESK_KEY", KEY)
    monkeypatch.setenv("SLOTS", SECRET)  # a value that cannot be read is told in the summary
    options = DeskOptions(profile="paper", profiles=ROOT / "profiles")
    with ExitStack() as stack:
        held = open_desk(options, stack, SystemClock())
        notes = (
            AnomalyNoted(kind="venue", detail=everything()),
            KeyNoted(
                fingerprint=secrets["api_key"].fingerprint,
                purpose="trade",
                result="dry",
                detail=f"{secrets['api_key']} {everything()}",
            ),
        )
        for note in notes:
            held.desk.note(REDACTOR.note(note))
        held.ledger.project()
        publisher = Publisher(
            held.ledger.cursor,
            held.runtime.published,
            SystemClock(),
            runtime="paper",
            status_every=0.01,
            tables_every=0.01,
        )
        publisher.start()
        publisher.offer(b"{}")
        publisher.stop()
        payloads = held.ledger.cursor().execute("select payload from event").fetchall()
    silent(str(payloads))
    assert secrets["api_key"].fingerprint in str(payloads)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        silent(path.read_bytes().decode("latin-1"))
    silent("".join(capfd.readouterr()))


def test_a_profile_shows_where_its_secrets_are_and_nothing_of_them(secrets, tmp_path):
    from holdfast.config.described import shown
    from holdfast.config.loader import load_profile

    folder = tmp_path / "profiles"
    folder.mkdir()
    lines = "".join(f"  {name}: {text}\n" for name, text in REFERENCES.items())
    (folder / "mine.yaml").write_text(
        "env: paper\nvenue: paper\nsymbol: DOGE/USD\n"
        f"secrets:\n{lines}secret_commands:\n  vault: [printf, x]\n"
    )
    profile = load_profile("mine", profiles=folder, environ={"DESK_KEY": KEY}, overrides={})
    told = silent(f"{profile} {json.dumps(shown(profile, origins=True))}")
    assert "secret://env/DESK_KEY" in told


def test_what_prefect_would_keep_of_a_run_is_three_stars(secrets):
    from prefect import flow
    from prefect.client.schemas.objects import FlowRun

    @flow
    def careless(key: object) -> None:
        """Take what no flow of ours takes."""

    parameters = careless.serialize_parameters({"key": secrets["api_key"], "deep": [secrets]})
    silent(str(parameters))
    assert "***" in str(parameters)
    run = FlowRun.model_construct(parameters={"key": secrets["api_key"]}, tags=[secrets["api_key"]])
    silent(run.model_dump_json() + repr(run))


def test_the_environment_no_longer_holds_what_was_read(tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_KEY_OF_A_TEST", KEY)
    sources = Sources(home=tmp_path, environ=os.environ, clock=FixedClock())
    reference = parse_reference("secret://env/DESK_KEY_OF_A_TEST")
    assert resolve_all({"api_key": reference}, sources)["api_key"].reveal() == KEY
    silent(str(dict(os.environ)))
