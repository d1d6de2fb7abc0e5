"""Laws of redaction: a secret is never there afterwards, and cleaning twice changes nothing more."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.redaction.redactor import Redactor

SIGNS = st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=("Cc", "Cs"))
VALUES = st.text(SIGNS, min_size=8, max_size=100).filter(lambda text: set(text) - {"*"})
AROUND = st.text(st.characters(max_codepoint=0x2FF, exclude_categories=("Cs",)), max_size=40)
WRITTEN = {
    "plain": str,
    "json": json.dumps,
    "repr": repr,
    "address": lambda text: quote(text, safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "urlsafe": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
@given(value=VALUES, before=AROUND, after=AROUND)
def test_a_registered_value_is_in_no_cleaned_text(write, value, before, after):
    one = Redactor()
    one.register(value)
    told = one.text(f"{before} {write(value)} {after}")
    assert value not in told
    assert one.total >= 1


@given(text=AROUND, value=VALUES)
def test_cleaning_twice_is_cleaning_once(text, value):
    one = Redactor()
    one.register(value)
    told = one.text(text)
    counted = one.total
    assert one.text(told) == told
    assert one.total == counted


@given(text=st.text(st.sampled_from("abc 0189.,:\n-"), max_size=200))
def test_a_text_without_secrets_is_left_as_it_is(text):
    assert Redactor().text(text) == text
