"""What a limit means, and what an import would change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.catalogue import importer
from core.catalogue.comparison import Held, Outcome, compare, differences
from core.catalogue.rules import Channel, Entry, Fact, Limit, Modes, Service, working_days

DAY = date(2022, 3, 8)


def entry(code: str = "002036001002") -> Entry:
    (found,) = [entry for entry in importer.read().entries if entry.code == code]
    return found


def held(given: Entry, since: date) -> dict[str, Held]:
    values = {name: getattr(given, name) for name in Entry.__dataclass_fields__}
    return {given.code: Held(Service(id=1, **values), since)}


@pytest.mark.parametrize(("limit", "days"), [("immediate", 0), (5, 5), ("unknown", None)])
def test_a_limit_in_working_days(limit: Limit, days: int | None) -> None:
    assert working_days(limit) == days


def test_ways_that_spare_the_journey() -> None:
    near = {channel for channel in Channel if not channel.remote}
    assert near == {Channel.WINDOW, Channel.STATION, Channel.SELF_SERVICE}


def test_the_mode_of_a_kind_of_station() -> None:
    modes = Modes(usual="assisted", at={"designated_provider": "direct"})
    assert modes.of("designated_provider") == "direct"
    assert modes.of("community") == "assisted"


def test_nothing_to_bring_is_a_statement_but_an_unknown_limit_is_none() -> None:
    referral = entry("002036004004").facts
    assert Fact.MATERIALS in referral.stated()
    assert Fact.PROMISED not in referral.stated()
    assert Fact.STATUTORY in referral.stated()


def test_what_differs_is_named() -> None:
    old = entry()
    facts = old.facts.model_copy(update={"statutory": 3})
    sources = old.sources.copy()
    del sources[Fact.NAME]
    new = replace(old, name_en="Joining", facts=facts, sources=sources)
    assert differences(old, new) == ("name_en", "statutory", "sources.name")
    assert differences(old, old) == ()


def test_a_new_service_is_created_and_an_absent_one_named() -> None:
    there = entry("002036003001")
    plan = compare(held(there, DAY), [entry()], DAY)
    assert [change.outcome for change in plan.changes] == [Outcome.CREATED]
    assert plan.absent == (there.code,)


@pytest.mark.parametrize(
    ("on", "outcome"), [(DAY, Outcome.CORRECTED), (date(2022, 3, 9), Outcome.CHANGED)]
)
def test_a_difference_corrects_on_the_first_day_and_changes_later(
    on: date, outcome: Outcome
) -> None:
    old = entry()
    new = replace(old, position=999)
    (change,) = compare(held(old, DAY), [new], on).changes
    assert (change.outcome, change.fields) == (outcome, ("position",))


def test_the_same_again_is_unchanged() -> None:
    (change,) = compare(held(entry(), DAY), [entry()], date(2023, 1, 1)).changes
    assert change.outcome is Outcome.UNCHANGED
