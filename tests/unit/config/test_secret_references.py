"""A profile says where a secret is; a profile that holds one is refused without repeating it."""

import pytest

from holdfast.config.errors import ConfigError
from holdfast.config.loader import demand_keys
from holdfast.config.page import read_page
from holdfast.config.secrets.block import read_keys
from holdfast.config.secrets.reference import parse_reference
from holdfast.config.secrets.variables import variables_of
from holdfast.config.yaml_strict import read_sheet

PLANTED = "TEST_ONLY_9f8e7d6c5b4a39281706f5e4d3c2b1a0"
HEAD = "extends: base\n"
BOTH = "secrets:\n  api_key: secret://env/DESK_KEY\n  api_secret: secret://file/keys/desk\n"


@pytest.mark.parametrize(
    ("text", "scheme", "name", "block"),
    [
        ("secret://file/keys/kraken.key", "file", "keys/kraken.key", None),
        ("secret://file//run/secrets/kraken", "file", "/run/secrets/kraken", None),
        ("secret://env/KRAKEN_KEY", "env", "KRAKEN_KEY", None),
        ("secret://prefect/kraken-key", "prefect", "kraken-key", ("kraken-key", "")),
        ("secret://prefect/kraken/api_key", "prefect", "kraken/api_key", ("kraken", "api_key")),
        ("secret://command/kraken", "command", "kraken", None),
    ],
)
def test_a_reference_names_a_source_and_what_it_is_called_there(text, scheme, name, block):
    reference = parse_reference(text)
    assert (reference.scheme, reference.name, str(reference)) == (scheme, name, text)
    assert block is None or reference.block == block


@pytest.mark.parametrize(
    "text",
    [
        PLANTED,
        f"secret://{PLANTED}",
        f"secret://vault/{PLANTED}",
        f"secret://env/{PLANTED}",
        f"secret://prefect/{PLANTED}",
        f"secret://command/{PLANTED}",
        f"secret://file/{PLANTED}?x=1",
        f"SECRET://env/{PLANTED}",
        f" secret://env/{PLANTED}",
        f"secret://env/A#{PLANTED}",
        "secret://",
        "secret://env",
        "secret://env/",
        "secret://env/lower",
        "secret://env/A/B",
        "secret://env/A\n",
        "secret://file/",
        "secret://file///etc/x",
        "secret://file/../keys",
        "secret://file/a/../../b",
        "secret://file/a b",
        "secret://prefect/Block",
        "secret://prefect/a/b/c",
        "secret://command/a;b",
        12345678,
        None,
        True,
    ],
)
def test_anything_else_is_refused_and_never_repeated(text):
    with pytest.raises(ConfigError) as caught:
        parse_reference(text)
    assert PLANTED not in str(caught.value)
    assert "secret://env/NAME" in caught.value.allowed


HOSTILE = [
    pytest.param(f"secrets:\n  api_key: {PLANTED}\n", 3, "secrets.api_key", id="literal"),
    pytest.param(f'secrets:\n  api_key: "{PLANTED}"\n', 3, "secrets.api_key", id="quoted"),
    pytest.param(f"secrets: {PLANTED}\n", 2, "secrets", id="not a mapping"),
    pytest.param(f"secrets: [{PLANTED}]\n", 2, "secrets", id="a list"),
    pytest.param(f"secrets:\n  {PLANTED}: secret://env/A\n", 3, "secrets", id="as a name"),
    pytest.param(f"secrets:\n  api_key: [{PLANTED}]\n", 3, "secrets.api_key", id="in a list"),
    pytest.param(f"secrets:\n  api_kee: {PLANTED}\n", 3, "secrets.api_kee", id="unknown name"),
    pytest.param(f"api_key: {PLANTED}\n", 2, "api_key", id="at the top"),
    pytest.param(f"settings:\n  api_secret: {PLANTED}\n", 3, "settings.api_secret", id="a knob"),
    pytest.param(
        f"secrets:\n  api_key: secret://env/A\n  api_key: {PLANTED}\n", 4, "api_key", id="twice"
    ),
    pytest.param(f"allowed_accounts: [{PLANTED}]\n", 2, "allowed_accounts", id="as an account"),
    pytest.param(f"allowed_accounts: {PLANTED}\n", 2, "allowed_accounts", id="as accounts"),
    pytest.param(
        f"secret_commands:\n  vault: [curl, 'https://h/?token={PLANTED}']\n",
        3,
        "secret_commands.vault",
        id="in a command",
    ),
    pytest.param(
        f"secret_commands:\n  vault: curl {PLANTED}\n", 3, "secret_commands.vault", id="as a line"
    ),
]


@pytest.mark.parametrize(("text", "line", "key"), HOSTILE)
def test_a_secret_in_a_profile_is_refused_by_file_line_and_key_and_not_repeated(
    write, refused, text, line, key
):
    write("mine", HEAD + text)
    error = refused()
    told = str(error)
    assert (error.file, error.line) == ("profiles/mine.yaml", line)
    assert key in error.key
    assert "do: " in told
    assert PLANTED not in told
    assert PLANTED[:16] not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("secrets:\n  api_key: secret://env/A\n", "needs secrets.api_secret beside it"),
        ("secrets:\n  next_api_secret: secret://env/A\n", "needs secrets.next_api_key beside it"),
        ("secrets:\n  signal_radar: secret://command/vault\n", "`secret_commands:` does not list"),
        ("secrets:\n  api_kee: secret://env/A\n", "did you mean api_key?"),
        ("secret_commands:\n  vault: []\n", "a list of words"),
        ("secret_commands:\n  vault: [sops, 7]\n", "quote numbers"),
        ("secret_commands:\n  Vault: [sops]\n", "small letters"),
        ("allowed_accounts: [12345678]\n", "8 hexadecimal digits in quotes"),
        ("allowed_accounts: ['1234567']\n", "8 hexadecimal digits in quotes"),
        ("allowed_accounts: ['123456789']\n", "8 hexadecimal digits in quotes"),
        ("allowed_accounts: ['ABCDEF12']\n", "8 hexadecimal digits in quotes"),
        ("allowed_accounts: abcdef12\n", "is not a list"),
    ],
)
def test_what_is_half_said_is_refused(write, refused, text, told):
    write("mine", HEAD + text)
    assert told in str(refused())


def test_a_profile_carries_references_and_a_child_has_the_last_word(write, load):
    write("other", HEAD + BOTH + "allowed_accounts: ['00000001', '00000002']\n")
    write("mine", "extends: other\nsecrets:\n  api_key: secret://prefect/kraken\n")
    profile = load()
    assert {name: str(each) for name, each in profile.secrets.items()} == {
        "api_key": "secret://prefect/kraken",
        "api_secret": "secret://file/keys/desk",
    }
    assert profile.allowed_accounts == ("00000001", "00000002")
    assert profile.secrets["api_key"].place.line == 3
    write("third", "extends: other\nallowed_accounts: ['00000003']\n")
    assert load("third").allowed_accounts == ("00000003",)


def test_the_line_a_reference_stands_on_does_not_make_it_another(write, load):
    write("mine", HEAD + BOTH)
    write("other", HEAD + "# a comment\n" + BOTH)
    assert load("mine").secrets == load("other").secrets


@pytest.mark.parametrize("mode", ["CANARY_LIVE", "LIVE"])
@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (BOTH, "allowed_accounts"),
        ("allowed_accounts: ['00000001']\n", "secrets"),
        ("", "allowed_accounts"),
    ],
)
def test_a_profile_that_can_be_live_has_to_name_its_keys(write, load, mode, text, missing):
    leaf, keys, stage = _live(write, load, text, mode)
    with pytest.raises(ConfigError) as caught:
        demand_keys(leaf, keys, "kraken", stage)
    assert caught.value.key == missing
    assert f"execution_mode {mode}" in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "venue", "text"),
    [
        ("LIVE", "kraken", BOTH + "allowed_accounts: ['00000001']\n"),
        ("DRY", "kraken", ""),
        ("HALT", "kraken", ""),
        ("LIVE", "paper", ""),
    ],
)
def test_a_profile_that_names_them_or_cannot_be_live_passes(write, load, mode, venue, text):
    leaf, keys, stage = _live(write, load, text, mode)
    assert demand_keys(leaf, keys, venue, stage) is None


def _live(write, load, text, mode):
    from holdfast.config.assigned import Assigned
    from holdfast.config.profile import Origin

    path = write("mine", HEAD + text)
    page = read_page(read_sheet(path, "profiles/mine.yaml"), "profile")
    keys = read_keys(page.sheet)
    return page, keys, Assigned("execution_mode", mode, Origin("profile", mode))


def test_the_variables_a_profile_reads_secrets_from_are_known(write, load):
    write(
        "mine",
        HEAD + "secrets:\n  api_key: secret://env/DESK_KEY\n  api_secret: secret://file/x\n"
        "  signal_radar: secret://env/PREFECT_API_KEY\n"
        "settings:\n  market_file: secret://env/A_FILE,secret://env/OTHER\n",
    )
    assert variables_of(load()) == {"DESK_KEY", "A_FILE", "OTHER"}
