"""D8: one signal comes ten times at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec

from holdfast.desk.listener.app import PATH
from holdfast.desk.listener.signature import SIGNATURE, TIMESTAMP, sign
from holdfast.domain.market import SECOND
from holdfast.wiring.drills import books
from holdfast.wiring.drills.house import SIGNED_WITH, SOURCE
from holdfast.wiring.drills.scenes_mode import ADDS
from holdfast.wiring.drills.stage import SceneBroken, Stage

TIMES = 10
_URL = re.compile(r"signals are listened for at (http://127\.0\.0\.1:\d+)")


def duplicate_burst(stage: Stage) -> None:
    """Pause, take an entry off, and let the same signal to resume come ten times at once."""
    stage.begin()
    stage.post("/api/action", {"action": "pause", "reason": "drill"})
    stage.admin.cancel(cl_ord_id=books.entries(stage)[0])
    stage.ticks(3)
    before = books.calls(stage, *ADDS)
    answers = _burst(stage)
    stage.settle(2 * stage.furnished.settings.slots)
    told = sorted(str(one.get("status")) for one in answers)
    wanted = ["duplicate"] * (TIMES - 1) + ["received"]
    stage.notebook.judge("nine_duplicates", told == wanted, told)
    sent = books.calls(stage, *ADDS) - before
    stage.notebook.judge("one_order", sent == 1, f"{sent} submissions")
    counted = _counted(stage)
    stage.notebook.judge("counted", counted == TIMES - 1, f"{counted} duplicates counted")
    books.agree(stage)
    done = books.rows(stage, _DONE)
    intents = books.rows(stage, _INTENTS)
    held = [row[0] for row in done] == ["done"] and int(intents[0][0]) == 1
    stage.notebook.judge("one_intent", held, f"signals {done}, commands {intents}")


_DONE = "select state from signals"
_INTENTS = (
    "select count(*) from event where type = 'CommandNoted' and payload like '%\"resume\"%' "
    "and payload like '%\"accepted\":true%'"
)


def _burst(stage: Stage) -> list[dict[str, Any]]:
    """Send the same bytes from ten threads at once, while the desk ticks."""
    desk = stage.desk
    found = _URL.search(desk.told()) if desk is not None else None
    if found is None:
        raise SceneBroken("the desk does not listen for signals")
    url = found[1] + PATH
    body = msgspec.json.encode({"source": SOURCE, "signal_id": "d8", "kind": "resume"})
    stamp = str(stage.now // SECOND)
    headers = {TIMESTAMP: stamp, SIGNATURE: sign(SIGNED_WITH, stamp, body)}

    def send(_: int) -> dict[str, Any]:
        with httpx.Client(trust_env=False, timeout=30) as client:
            answer: dict[str, Any] = client.post(url, content=body, headers=headers).json()
            return answer

    with ThreadPoolExecutor(TIMES) as pool:
        sent = [pool.submit(send, number) for number in range(TIMES)]
        while not all(one.done() for one in sent):
            stage.machine.sleep(0.2)
            stage.ticks(1)
        return [one.result() for one in sent]


def _counted(stage: Stage) -> int:
    stage.ticks(1)
    page = stage.scrape()
    pattern = r"^holdfast_intent_duplicate_suppressed_total(?:\{[^}]*\})? (\d+)"
    return sum(int(float(one)) for one in re.findall(pattern, page, re.MULTILINE))
