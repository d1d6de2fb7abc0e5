"""Every entry comes back from its canonical JSON as it went in, and is refused where it is not."""

from decimal import Decimal
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.bookkeeping import Note
from holdfast.domain.errors import LedgerCorrupt
from holdfast.domain.events import Event
from holdfast.domain.market import Regime
from holdfast.domain.slots import Block, Direction, LegName, Role, Side
from holdfast.ledger.codec import TYPES, EventHash, decode, encode, is_domain

KINDS = (*get_args(Event), *get_args(Note))

texts = st.text(max_size=20)
amounts = st.decimals(
    min_value=Decimal(-(10**12)), max_value=Decimal(10**12), places=12, allow_nan=False
)
integers = st.integers(min_value=-(2**62), max_value=2**62)
for kind, strategy in {
    Decimal: amounts,
    int: integers,
    str: texts,
    **{one: st.sampled_from(one) for one in (Regime, Block, Direction, LegName, Role, Side)},
}.items():
    st.register_type_strategy(kind, strategy)


def entries(kind):
    """Build any entry of one kind, each field from its type."""
    hints = {field.name: field.type for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **{name: st.from_type(hint) for name, hint in hints.items()})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_entry_comes_back_as_it_went_in(kind, data):
    entry = data.draw(entries(kind))
    payload = encode(entry)
    again = decode(kind.__name__, kind.version, payload)
    assert again == entry
    assert encode(again) == payload
    assert decode(kind.__name__, kind.version, payload.decode()) == entry


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_canonical_json_follows_the_declared_fields_and_has_no_blanks(kind, data):
    entry = data.draw(entries(kind))
    loose = msgspec.json.decode(encode(entry))
    assert tuple(loose) == kind.__struct_fields__
    for name, value in loose.items():
        if isinstance(value, dict) and isinstance(getattr(entry, name), dict):
            assert list(value) == sorted(value)
    assert msgspec.json.encode(loose) == encode(entry)


def test_every_kind_of_entry_is_known_and_has_a_stream():
    assert set(TYPES.values()) == set(KINDS)
    assert len(TYPES) == len(KINDS)
    for kind in KINDS:
        assert kind.stream == kind.stream.strip()
        assert kind.version >= 1


def test_only_the_domain_streams_are_hashed():
    hashed = {kind.stream for kind in KINDS if is_domain(kind)}
    assert hashed == {"slot", "order", "fill", "cycle", "position", "account", "rules"}


@pytest.mark.parametrize(
    ("name", "version", "payload"),
    [
        ("Nonsense", 1, b"{}"),
        ("SlotRetired", 2, b'{"slot":1}'),
        ("SlotRetired", 1, b"{}"),
        ("SlotRetired", 1, b'{"slot":"one"}'),
        ("SlotRetired", 1, b"not json"),
        ("LegBlocked", 1, b'{"block":"magic","leg":"A","slot":1}'),
    ],
)
def test_what_cannot_be_read_is_corrupt_and_never_guessed(name, version, payload):
    with pytest.raises(LedgerCorrupt):
        decode(name, version, payload)


@given(st.lists(st.one_of(*[entries(kind) for kind in KINDS]), max_size=8), integers)
def test_a_stored_row_hashes_like_the_entry_it_holds(rows, at):
    live, taken, stored = EventHash(), EventHash(), EventHash()
    taken.take([(at, rows)])
    for entry in rows:
        payload = encode(entry)
        live.add(at, entry, payload)
        stored.add_row(entry.stream, type(entry).__name__, entry.version, at, payload.decode())
    assert live.hexdigest() == taken.hexdigest() == stored.hexdigest()
