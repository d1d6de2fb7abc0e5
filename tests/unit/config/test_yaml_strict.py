"""A file means what it looks like, or is refused at its line."""

from decimal import Decimal

import pytest

from holdfast.config.errors import ConfigError
from holdfast.config.yaml_strict import DEEPEST, LARGEST_FILE, parse, read_sheet

DEEP = "settings: " + "[" * 4000 + "]" * 4000

HOSTILE = [
    pytest.param(b"", "empty", 1, id="empty"),
    pytest.param(b"# only a comment\n", "empty", 1, id="only-a-comment"),
    pytest.param(b"- a\n- b\n", "not a mapping", 1, id="a-list"),
    pytest.param(b"just words\n", "not a mapping", 1, id="a-word"),
    pytest.param(b"a: 1\nb: 2\na: 3\n", "a: the key stands twice, first on line 1", 3, id="twice"),
    pytest.param(b"s:\n  x: 1\n  x: 2\n", "s.x: the key stands twice", 3, id="twice-inside"),
    pytest.param(b"a: 1\n'a': 2\n", "stands twice", 2, id="twice-quoted"),
    pytest.param(b"a: &x 1\nb: *x\n", "anchor or alias", 1, id="anchor"),
    pytest.param(b"a: 1\nb: *x\n", "anchor or alias", 2, id="alias"),
    pytest.param(b"a: 1\n<<: {b: 2}\n", "merge key", 2, id="merge"),
    pytest.param(b"a: !!python/object:os.system x\n", "a tag", 1, id="python-tag"),
    pytest.param(b"a: !!int '3'\n", "a tag", 1, id="tag"),
    pytest.param(b"? [a, b]\n: 1\n", "not a word", 1, id="complex-key"),
    pytest.param(b"a: 1\n---\nb: 2\n", "second document", 2, id="two-documents"),
    pytest.param(b"a: 1\nb: x\x00y\n", "control character", 2, id="nul"),
    pytest.param(b"a: 1\nb: \x1b[31m\n", "control character", 2, id="escape"),
    pytest.param(b"a: 1\nb: \xff\xfe\n", "not UTF-8", 2, id="latin"),
    pytest.param(b"a:\n\tb: 1\n", "not valid YAML", 2, id="tab"),
    pytest.param(b"a: [1, 2\nb: 3\n", "not valid YAML", 2, id="open-list"),
    pytest.param(b"a: 1\n b: 2\n", "not valid YAML", 2, id="indent"),
    pytest.param(b"a: 'x\n", "not valid YAML", 2, id="open-quote"),
    pytest.param(b"%YAML 9.9\n---\na: 1\n", "not valid YAML", 1, id="directive"),
    pytest.param(b"a: 1\nb: " + b"9" * 5000 + b"\n", "number too long", 2, id="long-number"),
    pytest.param(b"a: [" + b"1," * 10_001 + b"]\n", "too many values", 1, id="many-values"),
    pytest.param(DEEP.encode(), "nested too deeply", 1, id="deep"),
]


@pytest.mark.parametrize(("data", "problem", "line"), HOSTILE)
def test_a_hostile_file_is_refused_with_its_line(data, problem, line):
    with pytest.raises(ConfigError) as caught:
        parse(data, "profiles/x.yaml")
    told = str(caught.value)
    assert told.startswith(f"profiles/x.yaml:{line}:")
    assert problem in told
    assert told.isprintable()


def test_a_file_nested_as_deeply_as_allowed_is_read():
    text = "a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert list(parse(text.encode(), "x")) == ["a"]


def test_a_file_too_large_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "big.yaml"
    path.write_bytes(b"#" * (LARGEST_FILE + 1))
    with pytest.raises(ConfigError, match="too large"):
        read_sheet(path, "big.yaml")


@pytest.mark.parametrize("name", ["missing.yaml", "folder"])
def test_what_is_not_a_file_is_refused(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="no such file"):
        read_sheet(tmp_path / name, name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("True", "True"),
        ("1:30", "1:30"),
        ("0x10", "0x10"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".5", ".5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2026-11-20", "2026-11-20"),
        ("12", 12),
        ("-3", -3),
        ("0.1", Decimal("0.1")),
        ("123456789.123456789123456789", Decimal("123456789.123456789123456789")),
        ('"12"', "12"),
        ("'true'", "true"),
        ("~", None),
        ("null", None),
        ("", None),
    ],
)
def test_a_plain_value_is_read_as_it_looks(text, value):
    spot = parse(f"key: {text}\n".encode(), "x")["key"]
    assert spot.value == value
    assert type(spot.value) is type(value)


def test_every_key_and_value_keeps_its_place():
    root = parse(b"a: 1\nsettings:\n  slots:   8\n", "x")
    settings = root["settings"].value
    assert isinstance(settings, dict)
    slots = settings["slots"]
    assert (slots.key_line, slots.key_column) == (3, 3)
    assert (slots.line, slots.column) == (3, 12)


def test_a_byte_order_mark_and_windows_line_ends_are_read():
    assert parse(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "x")["b"].value == 2
