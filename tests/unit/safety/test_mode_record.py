"""A requested record is taken whole or not at all."""

import json

import pytest
from mode_world import NOON, document, record

from holdfast.safety.mode_record import RecordRejected, encode, epoch_in, moment, parse


def raw(**fields: object) -> bytes:
    return json.dumps(document(**fields)).encode()


def test_what_is_written_reads_back_the_same():
    kept = record(7)
    assert parse(encode(kept)) == kept
    assert encode(parse(encode(kept))) == encode(kept)


def test_a_record_never_expires_unless_it_asks_for_live():
    assert parse(raw()).expires_us == NOON + 3_600_000_000
    assert parse(raw(requested="DRY", expires_at=None)).expires_us == 0


@pytest.mark.parametrize("field", sorted(document()))
def test_partial_document_is_rejected_whole(field):
    kept = document()
    del kept[field]
    with pytest.raises(RecordRejected, match="rejected whole") as caught:
        parse(json.dumps(kept).encode())
    assert caught.value.kind == "wrong_schema"
    assert field in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema", 2),
        ("schema", True),
        ("schema", 1.0),
        ("env", ""),
        ("env", None),
        ("requested", "live"),
        ("requested", "CANARY_LIVE"),
        ("estop", "false"),
        ("estop", 0),
        ("estop", None),
        ("epoch", 0),
        ("epoch", -1),
        ("epoch", "7"),
        ("epoch", 7.0),
        ("epoch", True),
        ("epoch", 2**62 + 1),
        ("issued_at", 1_790_000_000),
        ("issued_at", "2026-09-21T12:00:00"),
        ("issued_at", "2026-09-21T12:00:00+02:00"),
        ("expires_at", None),
        ("expires_at", "yesterday"),
        ("actor", " "),
        ("reason", ""),
        ("reason", "x" * 501),
        ("profile_sha", ""),
        ("note", "a field nobody knows"),
    ],
)
def test_one_wrong_field_rejects_the_document_whole(field, value):
    with pytest.raises(RecordRejected) as caught:
        parse(raw(**{field: value}))
    assert caught.value.kind == "wrong_schema"


def test_only_live_has_an_end_and_the_end_is_after_the_beginning():
    begun = document()["issued_at"]
    for wrong in ({"requested": "DRY"}, {"expires_at": begun}):
        with pytest.raises(RecordRejected, match="expires_at"):
            parse(raw(**wrong))
    assert (
        parse(raw(expires_at="2026-09-21T22:13:20Z", issued_at="2026-09-21T22:13:19Z")).requested
        == "LIVE"
    )


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe", b"{", b'{"estop": true, "estop": false}', b"[" * 4000, b"9" * 5000],
    ids=["empty", "not utf-8", "cut", "a key twice", "deep", "long number"],
)
def test_what_is_not_json_is_bad_json(text):
    with pytest.raises(RecordRejected) as caught:
        parse(text)
    assert caught.value.kind == "bad_json"
    assert epoch_in(text) == 0


def test_a_document_may_be_sixteen_kib_and_no_more():
    spaces = b" " * (16_384 - len(raw()))
    assert parse(raw() + spaces).epoch == 7
    with pytest.raises(RecordRejected, match="longer"):
        parse(raw() + spaces + b" ")


@pytest.mark.parametrize(
    ("text", "epoch"),
    [(None, 0), (b"[]", 0), (b'{"epoch": 9}', 9), (b'{"epoch": true}', 0), (b'{"epoch": -1}', 0)],
)
def test_a_damaged_document_still_claims_its_epoch(text, epoch):
    assert epoch_in(text) == epoch


def test_times_are_exact_to_the_microsecond():
    assert moment(NOON + 1).microsecond == 1
    assert record(wall=NOON + 1, seconds=1).expires_us == NOON + 1_000_001
