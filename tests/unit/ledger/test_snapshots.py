"""Snapshots only ever make a start quicker: a bad one is passed over and said."""

import hashlib

import msgspec
import pytest
from stories import FOUNDED, story

from holdfast.engine.books import Books
from holdfast.ledger import snapshots


def _same(one, other):
    for name, value in vars(one).items():
        if name == "accounts":
            assert other.accounts.balances == value.balances
        else:
            assert getattr(other, name) == value, name


def _books(slots=2):
    books = Books("DOGE", "USD")
    books.apply(0, FOUNDED)
    for at, entries in story(slots, 1):
        for entry in entries:
            books.apply(at, entry)
    return books


def test_the_books_come_back_as_they_were(tmp_path):
    books = _books()
    snapshots.write(books, 9, "ab", tmp_path)
    found, faults = snapshots.newest(tmp_path)
    assert faults == []
    assert (found[0].sequence, found[0].chain_hash) == (9, "ab")
    _same(books, snapshots.books_of(found[0]))


def test_every_field_of_the_books_is_in_a_snapshot():
    held = set(snapshots.Snapshot.__struct_fields__) - {"sequence", "chain_hash"}
    assert held == (set(vars(Books("a", "b"))) - {"accounts"}) | {"base", "quote", "balances"}


@pytest.mark.plan("001-113")
def test_a_snapshot_of_an_earlier_version_loads_with_defaults_for_what_it_did_not_know(tmp_path):
    books = _books()
    kept = snapshots.write(books, 9, "ab", tmp_path).read_bytes()[snapshots.DIGEST :]
    row = msgspec.msgpack.decode(kept)
    fields = msgspec.structs.fields(snapshots.Snapshot)
    later = {one.name for one in fields if not one.required}
    body = msgspec.msgpack.encode({name: row[name] for name in row.keys() - later})
    path = tmp_path / "books-000000000010.msgpack"
    path.write_bytes(hashlib.sha256(body).digest() + body)
    found, faults = snapshots.newest(tmp_path)
    assert faults == []
    earlier, fresh = snapshots.books_of(found[0]), Books("DOGE", "USD")
    for name in later:
        assert getattr(earlier, name) == getattr(fresh, name), name
        setattr(earlier, name, getattr(books, name))
    assert later >= {"tier", "regime_override", "regime_hint", "parked"}
    _same(books, earlier)


def test_the_newest_three_are_kept(tmp_path):
    for sequence in range(5):
        snapshots.write(_books(1), sequence, "ab", tmp_path)
    found, _ = snapshots.newest(tmp_path)
    assert [one.sequence for one in found] == [4, 3, 2]


def test_a_start_from_a_snapshot_gives_the_same_books(filled, opened, path):
    expected = filled.restore()
    filled.snapshot()
    filled.close()
    again = opened(path)
    assert again.faults == []
    _same(expected, again.restore())


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_a_corrupt_snapshot_is_passed_over_and_said(filled, opened, path, damage):
    expected = filled.restore()
    snapshot = filled.snapshot()
    filled.close()
    content = bytearray(snapshot.read_bytes())
    content[len(content) // 2] ^= 1
    snapshot.write_bytes({"flip": bytes(content), "cut": content[:50], "empty": b""}[damage])
    again = opened(path)
    assert any(snapshot.name in fault for fault in again.faults)
    _same(expected, again.restore())


def test_a_snapshot_of_another_history_is_passed_over(filled, opened, path):
    expected, sequence = filled.restore(), filled.sequence
    folder = filled.snapshot_folder
    filled.close()
    stale = _books(1)
    for number in (sequence, sequence - 1, sequence + 5):
        snapshots.write(stale, number, "00" * 32, folder)
    again = opened(path)
    assert len(again.faults) == 3
    _same(expected, again.restore())
