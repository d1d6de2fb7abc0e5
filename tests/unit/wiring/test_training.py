"""Models are trained from a file or a ledger, kept as versions, and read by the desk that finds them."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "signals"))

from market_of_regimes import market

from holdfast.cli.app import application
from holdfast.config.settings import Settings
from holdfast.domain.errors import DataError
from holdfast.ledger.paths import runtime
from holdfast.signals.hmm.model import read, versions
from holdfast.wiring.sighting import MODELS, models_in
from holdfast.wiring.training import TrainOptions, courses, train_regime

ROOT = Path(__file__).parents[3]
MINUTE = 60


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_PROFILES", str(ROOT / "profiles"))
    return tmp_path


def candle_file(folder, count=600):
    closes, volumes, _ = market(count)
    rows = [
        f"{1_767_225_600 + at * MINUTE},{c:.6f},{c:.6f},{c:.6f},{c:.6f},{v:.2f}"
        for at, (c, v) in enumerate(zip(closes, volumes, strict=True))
    ]
    path = folder / "candles.csv"
    path.write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    return path


def test_a_training_keeps_a_new_version_that_a_desk_finds(house):
    place = runtime("paper", house)
    for version in (1, 2):
        (done,) = train_regime(TrainOptions(data=candle_file(house)))
        assert done.model.version == version
        assert done.line().startswith(f"primary: version {version}, ")
    paths = versions(place.folder / MODELS, "primary")
    assert [path.name for path in paths] == ["primary-v00002.json", "primary-v00001.json"]
    found = models_in(place)
    assert found("primary") == read(paths[0])
    assert found("secondary") is None


def test_the_command_says_what_came_of_each_candle_length(house):
    asked = ["regime", "train", "--data", str(candle_file(house))]
    result = CliRunner().invoke(application("regime"), asked)
    assert result.exit_code == 0, result.output
    assert "primary: version 1" in result.stdout


def test_too_few_candles_train_nothing_and_keep_no_version(house):
    with pytest.raises(DataError, match="a training needs 500"):
        train_regime(TrainOptions(data=candle_file(house, 300)))
    assert not (runtime("paper", house).folder / MODELS).exists()


def test_both_candle_lengths_are_trained_where_the_profile_reads_both():
    settings = Settings(hmm_multi_timeframe_enabled=True)
    both = courses(settings, 42, 0)
    assert [(name, course.seconds, course.wanted, course.least) for name, course in both] == [
        ("primary", 60, 4000, 500),
        ("secondary", 900, 1440, 200),
    ]
