"""A secret is `***` to everyone who does not ask for it by name."""

import copy
import json
import pickle
from dataclasses import asdict, dataclass

import msgspec
import pytest
from pydantic import BaseModel, ValidationError

from holdfast.config.secrets.secret import Secret, fingerprint_of

VALUE = "TEST_ONLY_" + "k7Qz/+19vR3e" * 4


class Holder(BaseModel):
    key: Secret


@dataclass
class Plain:
    key: Secret


@pytest.fixture
def secret() -> Secret:
    return Secret(VALUE)


SHOWN = {
    "str": str,
    "repr": repr,
    "format": lambda one: f"{one} {one:>60} {one!r} {one!s} {one!a}",
    "percent": lambda one: "%s %r" % (one, one),  # noqa: UP031 (that is what is shown)
    "joined": lambda one: ", ".join(each for each in (one, one)) + one + "c",
    "encoded": lambda one: one.encode() + bytes(one, "utf-8"),
    "json": lambda one: json.dumps({"key": one, one: [one]}),
    "json in C and in Python": lambda one: json.dumps([one], indent=1),
    "pickle": lambda one: pickle.dumps([one, {"key": one}]),
    "pickle by every protocol": lambda one: b"".join(
        pickle.dumps(one, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
    "msgspec with its usual hook": lambda one: msgspec.json.encode({"key": one}, enc_hook=str),
    "pydantic": lambda one: Holder(key=one),
    "pydantic as python": lambda one: Holder(key=one).model_dump(),
    "pydantic as json": lambda one: Holder(key=one).model_dump_json(),
    "a dataclass": lambda one: (Plain(one), asdict(Plain(one))),
    "a mapping": lambda one: {one: one},
    "upper case": lambda one: one.upper() + one.title() + one[::-1],
    "attributes": lambda one: getattr(one, "__dict__", {}),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_nothing_shows_a_secret(secret, show):
    shown = show(secret)
    text = shown.decode("latin-1") if isinstance(shown, bytes) else f"{shown} {shown!r}"
    assert VALUE not in text
    assert VALUE[::-1] not in text
    assert VALUE.upper() not in text.upper()


def test_only_reveal_gives_the_value_and_it_survives_a_copy(secret):
    assert secret.reveal() == VALUE
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0].reveal() == VALUE
    assert Holder(key=secret).key.reveal() == VALUE


def test_what_leaves_the_process_is_three_stars(secret):
    assert pickle.loads(pickle.dumps(secret)) == "***"  # noqa: S301 (our own bytes)
    assert json.loads(json.dumps(secret)) == "***"
    assert Holder(key=secret).model_dump() == {"key": "***"}


def test_the_ledgers_encoder_refuses_a_secret_and_does_not_tell_it(secret):
    with pytest.raises(TypeError) as caught:
        msgspec.json.encode({"key": secret})
    assert VALUE not in str(caught.value)


def test_a_model_takes_a_secret_and_no_plain_text():
    with pytest.raises(ValidationError):
        Holder(key="text")


def test_two_secrets_are_one_by_their_value_and_never_one_with_a_text(secret):
    assert secret == Secret(VALUE)
    assert (secret != Secret(VALUE)) is False
    assert secret != Secret(VALUE + "x")
    assert secret != VALUE
    assert secret != str(secret)
    assert hash(secret) == hash(Secret(VALUE))


def test_a_text_is_matched_against_the_value_and_not_against_the_stars(secret):
    assert secret.matches(VALUE)
    assert not secret.matches("***")
    assert not secret.matches(VALUE[:-1])
    assert not secret.matches("ä")


def test_a_secret_cannot_be_changed(secret):
    with pytest.raises(AttributeError):
        secret._value = "other"
    with pytest.raises(AttributeError):
        secret.note = "other"
    assert secret.reveal() == VALUE


def test_a_fingerprint_is_the_first_8_digits_of_the_sha256():
    assert fingerprint_of("abc") == "ba7816bf"
    assert Secret("abc").fingerprint == "ba7816bf"
    assert Secret(VALUE).fingerprint == fingerprint_of(VALUE)
