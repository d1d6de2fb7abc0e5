"""The examples in the docstrings of domain and engine run, and say the truth."""

import doctest
import importlib
import pkgutil
from decimal import Decimal

import pytest

import holdfast.domain
import holdfast.engine

MODULES = [
    f"{room.__name__}.{module.name}"
    for room in (holdfast.domain, holdfast.engine)
    for module in pkgutil.iter_modules(room.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    module = importlib.import_module(name)
    done = doctest.testmod(module, extraglobs={"Decimal": Decimal})
    assert done.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    count = sum(
        bool(found.examples)
        for name in MODULES
        for found in finder.find(importlib.import_module(name))
    )
    assert count >= 6
