"""The catalogue of what a site may have, and that nothing in it looks more official than it is."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from core.catalogue.rules import SourceKind
from core.facilities.rules import GROUPS, Group, items, read_items

ITEM = """\
documents = {}
[[items]]
code = "chair"
group = "convenience"
name = "椅子"
name_en = "Chair"
source = { kind = "proposed" }
"""


def test_every_group_has_items_and_every_item_both_names() -> None:
    assert {item.group for item in items().all} == set(GROUPS)
    assert all(item.name and item.name_en for item in items().all)
    assert [item.place for item in items().all] == list(range(len(items().all)))


def test_there_are_fifteen_rules_and_the_article_names_four_of_them() -> None:
    rules = items().of(Group.RULE)
    assert len(rules) == 15
    named = [item.code for item in rules if item.source.kind is SourceKind.ARTICLE]
    assert named == ["first_contact", "tell_once", "time_limits", "guiding"]


def test_whatever_claims_a_source_names_it() -> None:
    for item in items().all:
        assert item.source.kind is SourceKind.PROPOSED or item.source.documents, item.code


@pytest.mark.parametrize(
    "text",
    [
        ITEM + ITEM.partition("\n")[2],
        ITEM.replace('"convenience"', '"luxury"'),
        ITEM.replace('"chair"', '"Chair!"'),
        ITEM + "more = 1\n",
    ],
)
def test_a_catalogue_that_is_wrong_is_refused(text: str) -> None:
    assert read_items(ITEM).by_code["chair"].counted is False
    with pytest.raises((ValidationError, ValueError)):
        read_items(text)


def test_a_document_that_is_not_there_is_noticed() -> None:
    with pytest.raises(KeyError):
        read_items(ITEM.replace('kind = "proposed"', 'kind = "document", of = ["nowhere"]'))
