"""A Secret block of a real Prefect server, read over its API by code that knows no Prefect."""

import os

import pytest
from prefect.blocks.system import Secret

from holdfast.clock import SystemClock
from holdfast.config.errors import ConfigError
from holdfast.config.secrets.reference import parse_reference
from holdfast.config.secrets.resolve import resolve
from holdfast.config.secrets.sources import Sources

VALUE = "TEST_ONLY_block_" + "Vb3+/x" * 6


@pytest.mark.timeout(420)
@pytest.mark.usefixtures("harness")
def test_a_block_is_read_while_the_server_runs_and_refused_once_it_is_gone(served):
    Secret(value=VALUE).save("desk-key")
    Secret(value={"api_key": VALUE, "number": 7}).save("desk-keys")
    environ = {"PREFECT_API_URL": served.api, "PATH": os.environ["PATH"]}
    sources = Sources(home=served.home, environ=environ, clock=SystemClock(), server_seconds=2.0)

    def read(text):
        return resolve(parse_reference(text), sources)

    assert read("secret://prefect/desk-key").reveal() == VALUE
    assert read("secret://prefect/desk-keys/api_key").reveal() == VALUE
    for text, told in (
        ("secret://prefect/nothing", "Prefect has no Secret block nothing"),
        ("secret://prefect/desk-keys", "name one of its fields"),
        ("secret://prefect/desk-keys/other", "has no field other"),
        ("secret://prefect/desk-keys/number", "not text"),
    ):
        with pytest.raises(ConfigError, match=told) as caught:
            read(text)
        assert VALUE not in str(caught.value)
    served.kill()
    began = sources.clock.monotonic()
    with pytest.raises(ConfigError, match="cannot be reached"):
        read("secret://prefect/desk-key")
    assert sources.clock.monotonic() - began < 30
