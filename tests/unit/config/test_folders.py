"""Where profiles are read from, and where everything is written."""

import pytest

from holdfast.config.errors import ConfigError
from holdfast.config.folders import PACKAGED, find_profiles, home


@pytest.fixture
def places(tmp_path):
    for name in ("here", "named", "told", "house"):
        (tmp_path / name / "profiles").mkdir(parents=True)
    (tmp_path / "bare").mkdir()
    return tmp_path


def test_the_option_wins_then_the_variable_then_home_then_here(places):
    named, told = places / "named" / "profiles", places / "told" / "profiles"
    both = {"HOLDFAST_PROFILES": str(told), "HOLDFAST_HOME": str(places / "house")}
    here = places / "here"
    assert find_profiles(both, named=named, start=here) == named
    assert find_profiles(both, start=here) == told
    del both["HOLDFAST_PROFILES"]
    assert find_profiles(both, start=here) == places / "house" / "profiles"
    assert find_profiles({}, start=here) == here / "profiles"


def test_a_home_without_profiles_leaves_those_of_the_working_directory(places):
    environ = {"HOLDFAST_HOME": str(places / "bare")}
    assert find_profiles(environ, start=places / "here") == places / "here" / "profiles"


def test_a_named_folder_that_is_not_there_is_refused(places):
    with pytest.raises(ConfigError, match="no such folder"):
        find_profiles({"HOLDFAST_PROFILES": str(places / "none")}, start=places / "here")


def test_without_any_folder_the_packaged_profiles_serve_or_it_is_said(places):
    if PACKAGED.is_dir():
        assert find_profiles({}, start=places / "bare") == PACKAGED
        return
    with pytest.raises(ConfigError, match="no profiles folder found"):
        find_profiles({}, start=places / "bare")


def test_home_is_said_or_holds_the_profiles_or_is_here(places):
    here = places / "here"
    assert home({"HOLDFAST_HOME": str(places / "house")}, start=here) == places / "house"
    assert (
        home({"HOLDFAST_PROFILES": str(places / "told" / "profiles")}, start=here)
        == places / "told"
    )
    assert home({}, named=places / "named" / "profiles", start=here) == places / "named"
    assert home({}, start=here) == here
