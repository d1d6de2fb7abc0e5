"""Generated files are fresh, and the schema agrees with the loader."""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml

from holdfast.config.catalogue import CATALOGUE
from holdfast.config.errors import ConfigError
from holdfast.config.generate import generated, main, stale
from holdfast.config.loader import check_profile
from holdfast.config.pages import environment_example, settings_page
from holdfast.config.schema import profile_schema, track_schema

ROOT = Path(__file__).resolve().parents[3]


def test_every_generated_file_is_fresh():
    assert [path.name for path in stale(ROOT)] == []


def test_a_stale_file_is_named_and_rewritten_on_demand(profiles, tmp_path, capsys):
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert not (tmp_path / "docs").exists()
    assert "stale: docs/settings.md" in capsys.readouterr().out
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
    (tmp_path / ".env.example").write_text("x", encoding="utf-8")
    assert [path.name for path in stale(tmp_path)] == [".env.example"]
    assert set(generated(tmp_path)) >= {tmp_path / "profiles" / "schema" / "profile.json"}


def check(path):
    try:
        check_profile(path)
    except ConfigError as error:
        return error
    return None


def fits(schema, text):
    return jsonschema.Draft202012Validator(schema).is_valid(yaml.safe_load(text))


def test_every_shipped_profile_and_track_fits_its_schema(shipped):
    for schema, pattern in ((profile_schema(shipped), "*.yaml"), (track_schema(), "tracks/*.yaml")):
        jsonschema.Draft202012Validator.check_schema(schema)
        checked = jsonschema.Draft202012Validator(schema)
        for path in shipped.glob(pattern):
            checked.validate(yaml.safe_load(path.read_text("utf-8")))


def test_every_shipped_file_starts_with_the_line_an_editor_looks_for(shipped):
    for path in (*shipped.glob("*.yaml"), *shipped.glob("tracks/*.yaml")):
        first = path.read_text("utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path.name
        assert (path.parent / first.partition("=")[2]).is_file(), path.name


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("settings: {slots: 3}", True),
        ("settings: {slots: 0}", False),
        ("settings: {slots: '3'}", False),
        ("settings: {slotz: 3}", False),
        ("settings: {order_size_base: '18.5'}", True),
        ("settings: {order_size_mode: BASE}", True),
        ("settings: {order_size_mode: EUR}", False),
        ("settings: {churner_enabled: false}", True),
        ("settings: {churner_enabled: true}", False),
        ("settings: {balance_recon_drift_pct: 1.5}", True),
        ("settings: {balance_recon_drift_pct: 1.7}", True),
        ("settings: {balance_recon_drift_pct: 5.01}", False),
        ("rollout: {sticky: '2b'}", True),
        ("rollout: {sticky: '4'}", True),
        ("rollout: {sticky: '6'}", False),
        ("rollout: {self_healing: D}", False),
        ("rollout: {sticky: 2}", False),
        ("override: [slots]", True),
        ("override: [slotz]", False),
        ("setting: {}", False),
        ("settings:", True),
    ],
)
def test_schema_and_loader_refuse_the_same(shipped, write, text, valid):
    assert fits(profile_schema(shipped), text) is valid
    for path in shipped.glob("tracks/*.yaml"):
        write(f"tracks/{path.stem}", path.read_text("utf-8"))
    assert (check(write("mine", f"extends: base\n{text}\n")) is None) is valid


def test_a_schema_can_be_written_as_json_and_is_one(shipped):
    for schema in (profile_schema(shipped), track_schema()):
        jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(schema)))


@pytest.mark.plan("002-174")
def test_the_example_environment_lists_every_knob_the_environment_may_set():
    lines = environment_example().splitlines()
    named = {line[2:].partition("=")[0] for line in lines if line.startswith("# ") and "=" in line}
    assert {name.upper() for name, knob in CATALOGUE.items() if knob.env} <= named
    assert not [name for name, knob in CATALOGUE.items() if not knob.env and name.upper() in named]
    assert all(line.startswith("#") or not line for line in lines)


@pytest.mark.plan("002-175")
def test_the_settings_page_tells_every_knob_and_alias():
    page = settings_page()
    for knob in CATALOGUE.values():
        assert page.count(f"| `{knob.name}`") == 1
        assert all(f"`{alias}`" in page for alias in knob.aliases)


def test_bounds_in_the_schema_are_those_of_the_catalogue(shipped):
    properties = profile_schema(shipped)["properties"]["settings"]["properties"]
    entry = properties["pair_entry_pct"]["anyOf"][0]
    assert (Decimal(str(entry["minimum"])), entry["maximum"]) == (Decimal("0.05"), 10)
