"""The commands of the mode reach a Redis that asks for a password, by the profile's reference."""

import pytest
from typer.testing import CliRunner

from holdfast.cli.app import application

PASSWORD = "TEST_ONLY_redis_password_0123"  # noqa: S105 (a test's own)
WHO = ("--reason", "go", "--actor", "ada")


@pytest.fixture
def run(home, monkeypatch, redis_server):
    redis_server.client().config_set("requirepass", PASSWORD)
    (home / "redis.secret").write_text(PASSWORD)
    (home / "redis.secret").chmod(0o600)
    page = (
        "env: paper\nvenue: paper\nsymbol: DOGE/USD\n{secrets}settings:\n  execution_mode: LIVE\n"
        f"  mode_store: redis\n  mode_store_url: {redis_server.url}\n"
    )
    folder = home / "profiles"
    folder.mkdir()
    named = "secrets:\n  mode_store_password: secret://file/redis.secret\n"
    (folder / "knows.yaml").write_text(page.format(secrets=named))
    (folder / "ignorant.yaml").write_text(page.format(secrets=""))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(folder))

    def call(profile, *words):
        done = CliRunner().invoke(application("mode"), [*words, "--profile", profile])
        assert PASSWORD not in done.output
        return done.exit_code, done.output

    return call


def test_each_command_authenticates_where_the_profile_names_the_password(run):
    code, told = run("knows", "mode", "live", *WHO, "--yes")
    assert (code, "epoch 1" in told) == (0, True)
    assert run("knows", "mode", "show")[0] == 0
    assert run("knows", "mode", "dry", *WHO)[0] == 0


def test_without_it_the_store_is_told_as_one_that_does_not_answer(run):
    code, told = run("ignorant", "mode", "live", *WHO, "--yes")
    assert (code, "the mode store did not answer" in told) == (5, True)
