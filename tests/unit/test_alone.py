"""`make alone`: a fresh process for each module; whoever leans on another module is named."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOUND = "def test_it_stands_by_itself():\n    assert True\n"
LEANS = "import sys\n\ndef test_it_leans():\n    assert hasattr(sys, 'left_by_another')\n"
LEAVES = "import sys\nsys.left_by_another = True\n\ndef test_it_leaves():\n    assert True\n"
HANGS = "import time\n\ndef test_it_hangs():\n    time.sleep(60)\n"


@pytest.fixture(scope="module")
def alone():
    spec = importlib.util.spec_from_file_location("alone", ROOT / "tools" / "alone.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["alone"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["alone"]


def modules(folder, **texts):
    for name, text in texts.items():
        (folder / f"test_{name}.py").write_text(text)
    return folder


@pytest.mark.plan("004-083")
def test_a_module_that_leans_on_another_is_named_and_the_exit_code_says_so(
    alone, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(alone, "KEPT", tmp_path / "kept")
    folder = modules(tmp_path, a=LEAVES, b=LEANS, c=SOUND)
    assert alone.main([str(folder), "-n", "3", "--seed", "7"]) == 1
    told = capsys.readouterr().out
    assert told.startswith("3 modules, 3 at a time, seed 7\n")
    assert "assert hasattr(sys, 'left_by_another')" in told
    assert "2 of 3 pass alone, seed 7" in told
    (kept,) = (tmp_path / "kept").iterdir()
    assert "1 failed" in kept.read_text()
    assert told.splitlines()[-1] == f"does not pass alone: {folder / 'test_b.py'}"


@pytest.mark.plan("004-083")
def test_what_passes_alone_is_told_by_exit_code_0(alone, tmp_path, capsys):
    folder = modules(tmp_path, c=SOUND)
    assert alone.main([str(folder / "test_c.py"), "--seed", "1"]) == 0
    assert "1 of 1 pass alone" in capsys.readouterr().out


def test_a_module_that_hangs_is_ended(alone, tmp_path):
    folder = modules(tmp_path, d=HANGS)
    ran = alone.run_alone(folder / "test_d.py", 1, longest=3)
    assert not ran.passed
    assert ran.told.endswith("not over after 3 s")


def test_nothing_to_run_is_no_success(alone, tmp_path, capsys):
    assert alone.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith("0 modules")


def test_every_module_of_the_suite_is_run(alone):
    found = {alone.name_of(path) for path in alone.modules_in([ROOT / "tests"])}
    assert {"tests/unit/test_alone.py", "tests/crash/test_matrix.py"} <= found
    assert len(found) == len(list((ROOT / "tests").rglob("test_*.py")))
