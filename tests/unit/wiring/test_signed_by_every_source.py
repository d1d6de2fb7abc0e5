"""What each source of keys gives signs a request that the exchange takes; anything else does not."""

import os
from urllib.parse import parse_qsl, urlsplit

import pytest
from emulated import client, session
from recorded_prefect import document, recorded_prefect

from holdfast.clock import FixedClock
from holdfast.config.secrets.reference import parse_reference
from holdfast.config.secrets.resolve import READERS, resolve_all
from holdfast.config.secrets.sources import Sources
from holdfast.venue.emulator.gate import Gate, Knock
from holdfast.venue.emulator.keys import ApiKey, make_test_key

GIVEN = make_test_key()
PARTS = {"api_key": GIVEN.key, "api_secret": GIVEN.secret}


@pytest.fixture
def prefect():
    with recorded_prefect({"keys": document(PARTS)}) as server:
        yield server


@pytest.fixture
def read(tmp_path, prefect):
    for name, value in PARTS.items():
        (tmp_path / name).write_text(value + "\n")
        (tmp_path / name).chmod(0o600)
    environ = {"PATH": os.environ["PATH"], "PREFECT_API_URL": prefect.api}
    environ |= {name.upper(): value for name, value in PARTS.items()}
    commands = {name: ("printf", "%s", value) for name, value in PARTS.items()}
    sources = Sources(
        home=tmp_path, environ=environ, clock=FixedClock(), commands=commands, command_seconds=30.0
    )

    def read(scheme):
        place = "prefect/keys" if scheme == "prefect" else scheme
        called = str.upper if scheme == "env" else str
        names = {name: parse_reference(f"secret://{place}/{called(name)}") for name in PARTS}
        return resolve_all(names, sources)

    return read


def asked(opened, key, secret):
    """Ask for the balance as the ccxt class signs it; return the error of the exchange."""
    signed = client("http://127.0.0.1", ApiKey(key=key, secret=secret)).sign(
        "Balance", ["private"], "POST"
    )
    given = dict(parse_qsl(signed["body"]))
    heads, path = signed["headers"], urlsplit(signed["url"]).path
    knock = Knock(
        path,
        "Balance",
        heads["API-Key"],
        heads["API-Sign"],
        signed["body"].encode(),
        given,
        "127.0.0.1",
    )
    gate = Gate(opened, {GIVEN.key: GIVEN})
    return gate.enter(knock, opened.meet("Balance", given)).error


@pytest.mark.plan("004-030", "004-031")
@pytest.mark.parametrize("scheme", sorted(READERS))
def test_a_key_of_every_source_signs_what_the_exchange_takes(read, tmp_path, scheme):
    keys = read(scheme)
    opened = session(tmp_path / "exchange")
    assert asked(opened, keys["api_key"].reveal(), keys["api_secret"].reveal()) == ""
    other = make_test_key("other")
    assert asked(opened, keys["api_key"].reveal(), other.secret) == "EAPI:Invalid signature"
