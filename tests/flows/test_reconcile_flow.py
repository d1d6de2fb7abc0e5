"""The flow that compares books and exchange, on a real exchange, with its report as an artifact."""

import pytest
from prefect import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort
from staged_world import Staged

from flows.reconcile import reconcile
from holdfast.domain.errors import CommandRefused

pytestmark = [pytest.mark.usefixtures("harness", "home"), pytest.mark.timeout(300)]


def newest(key: str) -> str:
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])),
            sort=ArtifactSort.CREATED_DESC,
        )
    return str(found[0].data)


def test_it_completes_only_where_books_and_exchange_agree_and_always_reports(home):
    world = Staged(home).start()
    try:
        found = reconcile(world.name)
        assert (found["result"], found["applied"]) == ("agreed", False)
        assert "| USD | 200" in newest("reconcile-mine")
        world.stop_desk()
        world.running.clear()
        world.exchange.administrator().flow("USD", "5")
        with pytest.raises(CommandRefused, match="differs"):
            reconcile(world.name)
        assert "| USD | 205" in newest("reconcile-mine")
    finally:
        world.end()


def test_a_desk_on_paper_has_nothing_to_compare():
    with pytest.raises(CommandRefused, match="trades on paper"):
        reconcile("paper")
