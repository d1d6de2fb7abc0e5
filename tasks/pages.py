"""Publish what a run found as artifacts: Markdown for people, a link to the files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.cache_policies import NO_CACHE


@task(name="publish-plan", cache_policy=NO_CACHE)
def publish_plan(
    profile: str, steps: Sequence[Mapping[str, Any]], done: Mapping[str, Any] | None
) -> None:
    """Publish the migrations a ledger needs, and what was done about them."""
    rows = [f"| {step['version']:04d} | {step['name']} | {step['purpose']} |" for step in steps]
    table = ["| step | name | purpose |", "|---:|---|---|", *rows] if rows else ["Nothing to do."]
    end = (
        "Planned only." if done is None else f"Applied; backup: {done['backup'] or 'none needed'}."
    )
    text = "\n".join([f"# Migration of {profile}", "", *table, "", end, ""])
    create_markdown_artifact(text, key=artifact_key("migrate", profile))


@task(name="publish-report", cache_policy=NO_CACHE)
def publish_report(profile: str, figures: Mapping[str, Any], folder: str) -> None:
    """Publish the figures of a replay, and a link to its report."""
    rows = [f"| {name} | {value} |" for name, value in figures.items()]
    text = "\n".join([f"# Replay of {profile}", "", "| figure | value |", "|---|---:|", *rows, ""])
    create_markdown_artifact(text, key=artifact_key("replay", profile))
    link = Path(folder, "report.html").as_uri()
    create_link_artifact(link, link_text="report", key=artifact_key("replay-report", profile))


@task(name="publish-verification", cache_policy=NO_CACHE)
def publish_verification(profile: str, runbook: str, page: str) -> None:
    """Publish the report of a runbook, a version a run."""
    create_markdown_artifact(page, key=artifact_key(f"verify-{runbook}", profile))


@task(name="publish-comparison", cache_policy=NO_CACHE)
def publish_comparison(profile: str, found: Mapping[str, Any]) -> None:
    """Publish how books and exchange compare: each asset, and each order that is apart."""
    assets = [
        f"| {one['asset']} | {one['venue']} | {one['books']} | {one['drift']} | {one['drift_pct']} |"
        for one in found["assets"]
    ]
    orders = [
        f"| `{one['client_order_id']}` | {one['slot_id']} | {one['verdict']} | {one['books']} | {one['venue']} |"
        for one in found["orders"]
        if one["verdict"] != "agreed"
    ]
    lines = [f"# Books and exchange of {profile}", "", found["sentence"], ""]
    lines += ["| asset | exchange | books | drift | % |", "|---|---:|---:|---:|---:|", *assets, ""]
    lines += ["| order | slot | verdict | books | exchange |", "|---|---|---|---|---|", *orders]
    lines += [f"foreign: `{name}`" for name in found["foreign"]]
    create_markdown_artifact("\n".join([*lines, ""]), key=artifact_key("reconcile", profile))


def artifact_key(kind: str, profile: str) -> str:
    """Name an artifact: a key takes small letters, digits and dashes only."""
    return "".join(sign if sign.isalnum() else "-" for sign in f"{kind}-{profile}".lower())
