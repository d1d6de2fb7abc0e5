"""Looks at answers, logs and sessions: what is not there, late, or somebody else's is no evidence."""

import socket
import threading
from datetime import UTC, datetime

import pytest

from holdfast.rollout.runbook.around import LARGEST_ANSWER, Address
from holdfast.rollout.runbook.checks.look import look
from holdfast.rollout.runbook.model import Check
from holdfast.rollout.verdicts import Verdict

PASS, FAIL, UNKNOWN, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR
BEGAN = 1_800_000_000


def looked(place, **check):
    return look(Check.model_validate(check), place.around())


def ask(place, path="/x", timeout=None, **expect):
    asked = {"http": f"GET {{{{desk}}}}{path}", "expect": expect or {"status": 200}}
    return looked(place, **asked, **({"timeout": timeout} if timeout else {}))


def test_the_token_goes_to_the_desk_and_to_nobody_else(place, server):
    server.answers["/x"] = [(200, {})]
    expect = {"status": 200}
    assert ask(place).verdict is PASS
    assert looked(place, http="GET {{dashboard}}/x", expect=expect).verdict is PASS
    assert looked(place, http=f"GET {server.url}/x", expect=expect).verdict is PASS
    told = [headers.get("Authorization") for _, headers in server.asked]
    assert told == ["Bearer secret-token", None, None]


def test_a_desk_noted_on_another_machine_is_sent_nothing(place, server):
    place.desk = Address("http://192.0.2.1:80", "secret-token")
    found = ask(place)
    assert found.verdict is ERROR
    assert "another machine" in found.observed
    assert server.asked == []


def test_a_redirect_is_an_answer_and_not_a_way(place, server):
    server.answers["/x"] = [(302, {})]
    assert ask(place).verdict is FAIL
    assert len(server.asked) == 1


def test_nobody_to_ask_is_inconclusive_and_no_answer_is_an_error(place):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        place.desk = Address(f"http://127.0.0.1:{one.getsockname()[1]}")
        assert ask(place).verdict is ERROR
    place.desk = None
    found = ask(place)
    assert (found.verdict, found.observed) == (UNKNOWN, "no desk is noted in this runtime")


def test_an_answer_that_never_comes_ends_with_the_time_out(place):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        place.desk = Address(f"http://127.0.0.1:{one.getsockname()[1]}")
        found = ask(place, timeout="100ms")
    assert (found.verdict, found.observed) == (ERROR, "no answer within 0.1 s")


def test_garbage_instead_of_http_is_an_error(place):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()

        def answer():
            other, _ = one.accept()
            other.recv(1000)
            other.sendall(b"no http at all\r\n\r\n")
            other.close()

        thread = threading.Thread(target=answer)
        thread.start()
        place.desk = Address(f"http://127.0.0.1:{one.getsockname()[1]}")
        found = ask(place)
        thread.join()
    assert found.verdict is ERROR


@pytest.mark.parametrize("size", [LARGEST_ANSWER, LARGEST_ANSWER + 1])
def test_an_answer_may_be_so_large_and_no_larger(place, server, size):
    server.answers["/x"] = [(200, b"x" * size)]
    assert ask(place).verdict is (PASS if size == LARGEST_ANSWER else ERROR)


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"\xff\xfe", b"[" * 100_000, b"NaN", b'{"a": NaN}', b"[]", b'"text"'],
)
def test_json_that_is_none_or_has_no_number_there_is_no_evidence(place, server, body):
    server.answers["/x"] = [(200, body)]
    assert ask_path(place, path="$.a", ge=0).verdict is UNKNOWN


def ask_path(place, **expect):
    return looked(place, http="GET {{desk}}/x", expect=expect)


def test_numbers_are_read_exactly(place, server):
    server.answers["/x"] = [(200, b'{"a": 0.1000000000000000055511151231257827}')]
    assert ask_path(place, path="$.a", eq=1).verdict is FAIL
    assert ask_path(place, path="$.a", gt=0).verdict is PASS


def stamped(second, text):
    return f"{datetime.fromtimestamp(BEGAN + second, UTC):%Y-%m-%d %H:%M:%S} [info     ] {text}\n"


def line(place, **wanted):
    return looked(place, log={"since": "run", **wanted})


def test_only_lines_written_since_then_count(place):
    log = place.logs / "desk.log"
    log.write_text(stamped(-1, "hello") + "hello without a time\n" + stamped(1, "later"))
    assert line(place, contains="hello").verdict is FAIL
    assert line(place, contains="later").verdict is PASS
    log.write_text(stamped(-1, "old") + stamped(0, "trace") + "hello without a time\n")
    found = line(place, contains="hello")
    assert (found.verdict, found.observed) == (PASS, "hello without a time")
    assert len(found.artefact["first_lines"]) == 2


def test_a_silent_log_or_none_is_no_evidence(place):
    assert line(place, contains="x").verdict is UNKNOWN
    log = place.logs / "desk.log"
    for text in ("", "no time at all x\n", stamped(-5, "x"), "9999-99-99 99:99:99 x\n"):
        log.write_text(text)
        assert line(place, contains="x").verdict is UNKNOWN, text


def test_full_logs_that_were_put_aside_belong_to_the_log(place):
    (place.logs / "desk.log.2").write_text(stamped(1, "first words"))
    (place.logs / "desk.log.1").write_text("more of them\n")
    (place.logs / "desk.log").write_text(stamped(3, "last words"))
    (place.logs / "worker.log").write_text(stamped(3, "other words"))
    found = line(place, matches="(first|more|last|other)")
    assert found.artefact["matching"] == [
        stamped(1, "first words").rstrip(),
        "more of them",
        stamped(3, "last words").rstrip(),
    ]


def test_a_log_of_json_lines_is_read_by_its_timestamps(place):
    row = '{{"event": "hello", "timestamp": "{}"}}\n'
    early = f"{datetime.fromtimestamp(BEGAN - 9, UTC):%Y-%m-%d %H:%M:%S}"
    late = f"{datetime.fromtimestamp(BEGAN + 9, UTC):%Y-%m-%d %H:%M:%S}"
    (place.logs / "desk.log").write_text(row.format(early))
    assert line(place, contains="hello").verdict is UNKNOWN
    (place.logs / "desk.log").write_text(row.format(early) + row.format(late))
    assert line(place, contains="hello").verdict is PASS


def starts(place, epoch, most=1):
    place.server.answers["/api/status"] = [(200, {"epoch": epoch})]
    return looked(place, restarts={}, expect={"number": {"ge": 1, "le": most}})


@pytest.fixture
def lived(place, server):
    place.server = server
    return place


def test_a_deployment_is_the_last_stop_on_purpose_and_the_starts_after_it(lived):
    lived.publish((-100, -50, "signal 15"), (-40, -10, "signal 15"), (-9, None, ""))
    found = starts(lived, 3)
    assert (found.verdict, found.observed) == (PASS, "1 starts since then, epoch 3")


def test_a_desk_that_starts_again_and_again_is_a_crash_loop(lived):
    lived.publish((-40, -10, "signal 15"), (-9, None, ""), (-5, None, ""))
    assert starts(lived, 3).verdict is FAIL
    assert starts(lived, 3, most=2).verdict is PASS


def test_the_first_start_of_all_counts_where_there_was_no_stop(lived):
    lived.publish((-9, None, ""))
    assert starts(lived, 1).verdict is PASS
    lived.publish((-5, None, ""))
    assert starts(lived, 2).verdict is FAIL


def test_a_time_that_was_told_counts_instead(lived):
    lived.publish((-40, -10, "signal 15"), (-9, None, ""), (-5, None, ""))
    lived.since = (BEGAN - 5) * 1_000_000
    assert starts(lived, 3).verdict is PASS
    lived.since += 1
    assert starts(lived, 3).verdict is FAIL  # none at all: what runs is older than it should be


def test_tables_behind_the_running_desk_are_no_evidence(lived):
    assert starts(lived, 1).verdict is UNKNOWN
    lived.publish((-9, None, ""))
    found = starts(lived, 2)
    assert (found.verdict, found.observed) == (
        UNKNOWN,
        "the published sessions do not reach epoch 2 yet",
    )
    assert starts(lived, None).verdict is UNKNOWN


def stop_of(place, epoch):
    place.server.answers["/api/status"] = [(200, {"epoch": epoch})]
    return looked(place, last_stop={"matches": "^signal (2|15)$"})


def test_why_the_desk_was_stopped_is_read_from_its_sessions(lived):
    lived.publish((-90, None, ""))
    assert stop_of(lived, 1).verdict is UNKNOWN
    lived.publish((-80, -70, "process exit"), (-60, None, ""))
    assert stop_of(lived, 3).verdict is FAIL
    lived.publish((-50, -40, "signal 15"), (-30, None, ""))
    assert stop_of(lived, 5).verdict is PASS


def test_the_log_since_the_deployment_starts_with_the_stop(lived):
    lived.publish((-40, -10, "signal 15"), (-9, None, ""))
    lived.server.answers["/api/status"] = [(200, {"epoch": 2})]
    log = lived.logs / "desk.log"
    log.write_text(stamped(-11, "hello"))
    assert looked(lived, log={"contains": "hello"}).verdict is UNKNOWN
    log.write_text(stamped(-11, "old") + stamped(-10, "hello"))
    assert looked(lived, log={"contains": "hello"}).verdict is PASS


def test_a_check_that_breaks_is_an_error_of_its_own_step(place):
    (place.logs / "desk.log").mkdir()
    assert line(place, contains="x").verdict is UNKNOWN
    place.clock = None
    assert ask(place).verdict is ERROR
