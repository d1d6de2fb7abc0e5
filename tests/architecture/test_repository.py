import ast
import functools
import os
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("src/holdfast", "flows", "tasks", "dashboards")
LONGEST = 400
VAGUE = {"utils", "helpers", "manager", "base", "common", "misc", "util", "helper"}


def modules(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    )


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    named = parts[1:] if parts[0] == "src" else parts
    return ".".join(named[:-1] if named[-1] == "__init__" else named)


def deployments() -> list[dict[str, object]]:
    path = ROOT / "prefect.yaml"
    return list(yaml.safe_load(path.read_text())["deployments"]) if path.exists() else []


def named(deployment: dict[str, object]) -> str:
    return str(deployment["name"])


@pytest.mark.parametrize("name", ["flows", "tasks", "dashboards"])
def test_our_generic_names_are_really_ours(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None, f"{name} is not installed"
    assert spec.origin is not None, f"{name} has no __init__.py"
    assert Path(spec.origin).is_relative_to(ROOT)


def test_there_are_deployments_and_their_names_differ() -> None:
    names = [named(deployment) for deployment in deployments()]
    assert names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("deployment", deployments(), ids=named)
def test_every_deployment_names_a_flow_by_dotted_path_and_a_profile(
    deployment: dict[str, object],
) -> None:
    entrypoint = str(deployment["entrypoint"])
    assert ":" not in entrypoint, "dotted entrypoints only: a file path loads the flow twice"
    module, function = entrypoint.rsplit(".", 1)
    path = ROOT / f"{module.replace('.', '/')}.py"
    tree = parsed(path)
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    flow = next(node for node in tree.body if isinstance(node, kinds) and node.name == function)
    assert any("flow" in ast.unparse(decorator) for decorator in flow.decorator_list)
    parameters = deployment.get("parameters") or {}
    assert isinstance(parameters, dict)
    if "profile" in parameters:
        assert (ROOT / "profiles" / f"{parameters['profile']}.yaml").is_file()
        assert named(deployment).endswith(f"-{parameters['profile']}")


@pytest.mark.parametrize("path", modules(*SOURCES), ids=dotted)
def test_no_file_is_longer_than_a_person_reads(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("path", modules(*SOURCES), ids=dotted)
def test_every_module_says_what_it_is_for_and_is_not_vaguely_named(path: Path) -> None:
    tree = parsed(path)
    assert ast.get_docstring(tree), "a module begins with a sentence of its purpose"
    assert not VAGUE & set(dotted(path).split("."))


@pytest.mark.parametrize("path", modules("flows"), ids=dotted)
def test_flows_hold_no_types_and_shadow_no_standard_module(path: Path) -> None:
    tree = parsed(path)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert path.stem not in sys.stdlib_module_names


@pytest.mark.parametrize("room", ["supervise", "config", "domain", "engine", "venue", "ledger"])
def test_nothing_of_the_package_names_what_lies_above_it(room: str) -> None:
    above = {"flows", "tasks", "dashboards"}
    for path in modules(f"src/holdfast/{room}"):
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not above & {name.split(".")[0] for name in names}, path


def imports_alone(names: list[str], **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(Path(__file__).with_name("imports_alone.py"))],
        input=" ".join(names),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | changed,
    )


@pytest.mark.plan("003-025", "003-026", "003-028")
def test_every_module_imports_alone() -> None:
    found = modules("src/holdfast", "flows", "tasks")
    done = imports_alone([dotted(path) for path in found if path.stem != "__main__"])
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_a_module_that_needs_another_to_be_imported_before_it_is_found(tmp_path: Path) -> None:
    rooms = {
        "__init__": "",
        "a_first": "",
        "b_rests_on_luck": "import house\nhouse.a_first",
        "c_begins_with_the_other": "import house.a_first\nimport house.b_rests_on_luck",
        "d_half": "from house.e_half import whole",
        "e_half": "from house import a_first\nwhole = 1\nfrom house import d_half\nd_half.whole",
    }
    (tmp_path / "house").mkdir()
    for name, code in rooms.items():
        (tmp_path / "house" / f"{name}.py").write_text(code)
    names = ["house", *(f"house.{name}" for name in rooms if name != "__init__")]
    done = imports_alone(names, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1, done.stderr
    told = [line for line in done.stdout.splitlines() if line in names]
    assert told == ["house.b_rests_on_luck", "house.d_half"], done.stdout


@pytest.mark.plan("003-021", "003-022", "003-027")
def test_a_build_is_checked_and_tested_by_one_command_each_and_its_output_is_kept() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "make --no-print-directory check" in script
    assert 'make --no-print-directory test 2>&1 | tee "$output"' in script
    assert script.rstrip().endswith("$passed")


def test_the_pins_that_keep_prefect_alive_are_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    versions = {package["name"]: package["version"] for package in locked}
    parts = {
        name: tuple(map(int, versions[name].split(".")[:2])) for name in ("fastapi", "sqlalchemy")
    }

    assert project["requires-python"] == ">=3.11,<3.14"
    assert parts["fastapi"] < (0, 151)
    assert parts["sqlalchemy"] < (2, 1)
    assert "Private :: Do Not Upload" in project["classifiers"]


def test_nothing_committed_names_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    telling = ("/" + "work" + "/", "/" + "root" + "/", "/" + "home" + "/")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in {".png", ".parquet", ".gz"} or not path.is_file():
            continue
        text = path.read_text(errors="replace")
        assert not [word for word in telling if word in text], name
