"""What `prefect.yaml` and the folders of flows and tasks may say."""

import ast
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from prefect import Flow, Task
from prefect.cache_policies import NO_CACHE

ROOT = Path(__file__).resolve().parents[2]
DECLARED = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS = {one["name"]: one for one in DECLARED["deployments"]}
THIN = sorted([*(ROOT / "flows").glob("*.py"), *(ROOT / "tasks").glob("*.py")])
TOUCH_A_LEDGER = ("tick", "migrate")


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_deployment_names_a_real_flow_and_a_real_profile(name: str) -> None:
    deployment = DEPLOYMENTS[name]
    entrypoint = deployment["entrypoint"]
    assert ":" not in entrypoint
    module, _, attribute = entrypoint.rpartition(".")
    flow = getattr(import_module(module), attribute)
    assert isinstance(flow, Flow)
    profile = deployment["parameters"]["profile"]
    assert (ROOT / "profiles" / f"{profile}.yaml").is_file()
    assert name == f"{flow.name}-{profile}"
    assert deployment["parameters"].keys() <= flow.parameters.properties.keys()
    assert not flow.parameters.required


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_deployment_has_a_pool_no_schedule_and_one_run_at_a_time(name: str) -> None:
    deployment = DEPLOYMENTS[name]
    assert deployment["work_pool"]["name"] == "desk"
    assert not deployment.keys() & {"schedule", "schedules", "triggers"}
    if name.split("-", maxsplit=1)[0] in TOUCH_A_LEDGER:
        wanted = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        assert deployment["concurrency_limit"] == wanted


def test_deployments_are_run_from_the_home_read_when_deploying() -> None:
    (step,) = DECLARED["pull"]
    where = step["prefect.deployments.steps.set_working_directory"]["directory"]
    assert where == "{{ $HOLDFAST_HOME }}"
    assert not any("session" in name for name in DEPLOYMENTS), "a session lives in its desk"


@pytest.mark.parametrize("path", THIN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_flows_and_tasks_stay_thin(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    sums = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp)]
    assert not classes
    # An X | None in an annotation is not arithmetic.
    assert all(isinstance(node.op, ast.BitOr) for node in sums)
    assert len(text.splitlines()) <= 120


@pytest.mark.parametrize("path", THIN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_task_is_cached_or_retried(path: Path) -> None:
    name = path.parent.name if path.stem == "__init__" else f"{path.parent.name}.{path.stem}"
    for found in vars(import_module(name)).values():
        if isinstance(found, Task):
            assert found.cache_policy == NO_CACHE, found.name
            assert found.retries == 0, found.name
        if isinstance(found, Flow):
            assert not found.retries, found.name
