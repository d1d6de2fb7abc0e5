"""Glossary and code are one vocabulary: neither has a word that the other lacks."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import holdfast.domain

PAGE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def table(heading):
    """Read the rows of the table under a heading."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]]


def classes():
    """List (name, module, first sentence) of every public type of the domain."""
    found = []
    for module in pkgutil.iter_modules(holdfast.domain.__path__):
        loaded = importlib.import_module(f"holdfast.domain.{module.name}")
        for name, one in inspect.getmembers(loaded, inspect.isclass):
            if one.__module__ == loaded.__name__ and not name.startswith("_"):
                found.append([f"`{name}`", module.name, (one.__doc__ or "").split("\n")[0]])
    return sorted(found)


def thing(path):
    """Find what a dotted path names, module or member."""
    parts = f"holdfast.{path}".split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            found = getattr(found, name)
        return found
    raise AssertionError(path)


@pytest.mark.parametrize("row", table("Words"), ids=lambda row: row[0])
def test_every_word_names_something_that_exists(row):
    word, path, meaning = row
    assert re.fullmatch(r"`[a-zA-Z_.]+`", path), path
    assert thing(path.strip("`")) is not None
    assert len(meaning.split()) >= 3, word


def test_every_type_of_the_domain_is_listed_with_its_own_sentence():
    assert sorted(table("Types of the domain")) == classes()


def test_no_word_is_there_twice():
    words = [word.strip() for row in table("Words") for word in row[0].split(",")]
    assert len(set(words)) == len(words)
    assert len(words) > 40


@pytest.mark.parametrize("word", ["price_tick", "size_step", "min_base", "min_quote"])
def test_words_of_an_instrument_are_its_fields(word):
    assert word in thing("domain.money.Instrument").__struct_fields__
