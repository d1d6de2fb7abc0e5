"""What errors of ccxt mean; the walk over its classes fails when an upgrade brings a new one."""

import inspect

import pytest
from ccxt.base import errors

from holdfast.domain.errors import VenueRefused, VenueUnavailable
from holdfast.venue.ccxt_errors import (
    CLASSES,
    WORDS,
    Meaning,
    meaning_of,
    meaning_of_class,
    meaning_of_words,
    of_read,
)

ALL = [one for _, one in inspect.getmembers(errors, inspect.isclass)]


def said(kind, *words):
    listed = ",".join(f'"{one}"' for one in words)
    return kind(f'kraken {{"error":[{listed}]}}')


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_class_of_ccxt_has_its_own_line(kind):
    assert kind.__name__ in CLASSES
    assert meaning_of_class(kind) is CLASSES[kind.__name__]


def test_no_line_is_about_a_class_that_is_not_there():
    assert set(CLASSES) == {kind.__name__ for kind in ALL}


def test_a_class_of_tomorrow_means_what_its_nearest_ancestor_means():
    class FundsLocked(errors.InsufficientFunds):
        pass

    assert meaning_of(FundsLocked("no")) is Meaning.INSUFFICIENT_FUNDS


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [
        (errors.RequestTimeout, "ambiguous"),
        (errors.NetworkError, "ambiguous"),
        (errors.ExchangeNotAvailable, "ambiguous"),
        (errors.OnMaintenance, "maintenance"),
        (errors.InvalidNonce, "nonce"),
        (errors.ChecksumError, "ambiguous"),
        (errors.DDoSProtection, "rate_limit"),
        (errors.PermissionDenied, "permission"),
        (errors.OrderNotFound, "not_open"),
        (errors.InvalidOrder, "invalid"),
        (errors.ExchangeError, "ambiguous"),
        (KeyError, "ambiguous"),
        (TypeError, "ambiguous"),
    ],
)
def test_the_most_specific_class_decides_and_strangers_are_ambiguous(kind, meaning):
    assert meaning_of(kind("x")) == meaning


@pytest.mark.parametrize("words", sorted(WORDS))
def test_words_count_before_the_class_ccxt_chose(words):
    assert meaning_of(said(errors.ExchangeError, words)) is WORDS[words]


def test_words_may_go_on_after_what_is_known():
    assert meaning_of_words("EGeneral:Invalid arguments:volume") is Meaning.INVALID


def test_words_nobody_knows_are_ambiguous_even_under_a_class_that_is_final():
    assert meaning_of(said(errors.InvalidOrder, "EOrder:Something new")) is Meaning.AMBIGUOUS


def test_two_words_that_disagree_are_ambiguous():
    both = said(errors.ExchangeError, "EOrder:Insufficient funds", "EService:Busy")
    assert meaning_of(both) is Meaning.AMBIGUOUS


def test_a_page_instead_of_an_answer_has_no_words():
    page = errors.ExchangeNotAvailable("kraken POST url 502 <html>{EOrder:Post only order}</html>")
    assert meaning_of(page) is Meaning.AMBIGUOUS


@pytest.mark.parametrize("meaning", list(Meaning))
def test_a_read_is_refused_only_where_asking_again_cannot_help(meaning):
    kind = type(of_read(ValueError("x"), meaning))
    final = meaning in {Meaning.PERMISSION, Meaning.INVALID}
    assert kind is (VenueRefused if final else VenueUnavailable)
