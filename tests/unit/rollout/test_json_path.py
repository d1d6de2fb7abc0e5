"""Paths into a JSON document: what is understood is exact, everything else is refused."""

import pytest

from holdfast.rollout.runbook.json_path import LONGEST, BadPath, parse_path, values

DOCUMENT = {
    "mode": "RUNNING",
    "empty": "",
    "null": None,
    "a b": 1,
    "holds": [{"name": "operator"}, {"name": "recon"}, {"other": 1}],
    "nested": [[1, 2], [3]],
    "0": "text key",
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [DOCUMENT]),
        ("$.mode", ["RUNNING"]),
        ("$['mode']", ["RUNNING"]),
        ('$["a b"]', [1]),
        ("$.empty", [""]),
        ("$.null", [None]),
        ("$['']", []),
        ("$.missing", []),
        ("$.mode.deeper", []),
        ("$.mode[0]", []),
        ("$.null.x", []),
        ("$.holds[0].name", ["operator"]),
        ("$.holds[2].name", []),
        ("$.holds[-1].other", [1]),
        ("$.holds[3]", []),
        ("$.holds[-3].name", ["operator"]),
        ("$.holds[-4]", []),
        ("$.holds[*].name", ["operator", "recon"]),
        ("$.nested[*][*]", [1, 2, 3]),
        ("$.nested[0].*", [1, 2]),
        ("$[0]", []),
        ("$['0']", ["text key"]),
        ("$.mode[*]", []),
    ],
)
def test_a_path_leads_where_it_says(path, found):
    assert values(parse_path(path), DOCUMENT) == found


@pytest.mark.parametrize("document", [None, True, 3, "text", []])
def test_a_document_that_is_no_object_has_nothing_in_it(document):
    assert values(parse_path("$.mode"), document) == []
    assert values(parse_path("$"), document) == [document]


@pytest.mark.parametrize(
    "path",
    [
        *("", "mode", ".mode", "$mode", "$.", "$..mode", "$.a-b", "$.1", "$[", "$[]", "$[1:2]"),
        *("$[?(@.a)]", "$['a", "$['a\"]", "$.mode ", "$ .mode", "$[01]", "$[1.5]", "$[--1]"),
        *("$['a\\'b']", "$.*x", "$.ä", "$[99999999999]", "$" + ".a" * LONGEST),
    ],
)
def test_what_is_not_understood_is_refused(path):
    with pytest.raises(BadPath):
        parse_path(path)


def test_the_longest_path_is_read_and_one_more_is_not():
    assert len(parse_path("$" + ".abc" * 99 + ".ab")) == 100
    with pytest.raises(BadPath):
        parse_path("$" + ".abc" * 100)
