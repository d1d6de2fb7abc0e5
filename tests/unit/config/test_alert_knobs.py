"""A profile that would tell a secret, or listen to everyone, is refused with its line."""

import pytest

from holdfast.config.errors import ConfigError
from holdfast.config.loader import load_profile

HEAD = "env: paper\nvenue: paper\nsymbol: DOGE/USD\nsettings:\n"


@pytest.mark.parametrize(
    ("lines", "key", "problem"),
    [
        ("  notify_enabled: true\n", "notify_enabled", "names no notify_urls"),
        (
            "  notify_urls: tgram://123:HUSH/5\n",
            "notify_urls",
            "item 1 of notify_urls is neither a reference nor free of secrets",
        ),
        ("  chat_enabled: true\n", "chat_enabled", "names no chat_allowed_users"),
        ("  chat_token: HUSH\n", "chat_token", "is not a secret reference"),
        ("  notify_min_severity: loud\n", "notify_min_severity", "is not one of its values"),
        ("  notify_per_hour: 0\n", "notify_per_hour", "too small"),
        ("  daily_summary_hour_utc: 24\n", "daily_summary_hour_utc", "too large"),
        ("  chat_poll_sec: 51\n", "chat_poll_sec", "too large"),
    ],
)
def test_a_fault_names_file_line_and_key_and_no_secret(tmp_path, lines, key, problem):
    (tmp_path / "mine.yaml").write_text(HEAD + lines)
    with pytest.raises(ConfigError) as fault:
        load_profile("mine", profiles=tmp_path, environ={}, overrides={})
    told = str(fault.value)
    assert "mine.yaml:5:" in told
    assert f"settings.{key}" in told
    assert problem in told
    assert "HUSH" not in told


@pytest.mark.parametrize("name", ["CHAT_ENABLED", "CHAT_TOKEN", "NOTIFY_URLS", "CHAT_BASE_URL"])
def test_the_environment_can_open_no_chat_and_no_address(tmp_path, name):
    (tmp_path / "mine.yaml").write_text(HEAD + "  slots: 1\n")
    environ = {name: "true" if name == "CHAT_ENABLED" else "https://example.org"}
    profile = load_profile("mine", profiles=tmp_path, environ=environ, overrides={})
    assert profile.settings.chat_enabled is False
    assert getattr(profile.settings, name.lower()) in (None, False)
    assert any(name == notice.source for notice in profile.warnings)
