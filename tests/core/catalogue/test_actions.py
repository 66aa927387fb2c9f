"""Taking over a file: all or nothing, once and again, from a day on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import command
from core.catalogue import actions, importer, queries
from core.catalogue.comparison import Outcome, Plan
from core.catalogue.models import Service, ServicePeriod
from core.catalogue.rules import Entry, Limit
from core.db import db, revision, writing
from core.errors import BadInput, NotFound

FIRST = date(2022, 1, 1)
LATER = date(2023, 5, 1)
TRANSFER = "002036003002"


def entries() -> list[Entry]:
    return list(importer.read().entries)


def with_limit(code: str, statutory: Limit) -> list[Entry]:
    """The shipped services, one of them with another limit by law."""
    return [
        replace(entry, facts=entry.facts.model_copy(update={"statutory": statutory}))
        if entry.code == code
        else entry
        for entry in entries()
    ]


def take_over(given: list[Entry], on: date) -> Plan:
    with writing():
        return actions.take_over(command("test"), given, on)


def outcomes(plan: Plan) -> dict[str, Outcome]:
    return {
        change.entry.code: change.outcome
        for change in plan.changes
        if change.outcome is not Outcome.UNCHANGED
    }


def limit(on: date, code: str = TRANSFER) -> Limit:
    return queries.catalogue(on).find(code).facts.statutory


def count(model: type[Service] | type[ServicePeriod]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.fixture
def loaded(app: Flask) -> Flask:
    take_over(entries(), FIRST)
    return app


class TestTakeOver:
    def test_stores_what_the_file_says(self, loaded: Flask) -> None:
        stored = queries.catalogue(FIRST).services
        assert [as_given(service) for service in stored] == entries()

    def test_the_same_again_changes_nothing(self, loaded: Flask) -> None:
        before = revision("network")
        assert outcomes(take_over(entries(), FIRST)) == {}
        assert outcomes(take_over(entries(), LATER)) == {}
        assert count(ServicePeriod) == len(entries())
        assert revision("network") == before

    def test_a_change_from_a_later_day_keeps_what_was(self, loaded: Flask) -> None:
        before = revision("network")
        plan = take_over(with_limit(TRANSFER, 10), LATER)
        assert outcomes(plan) == {TRANSFER: Outcome.CHANGED}
        assert [limit(FIRST), limit(date(2023, 4, 30)), limit(LATER)] == [15, 15, 10]
        assert (
            queries.catalogue(FIRST).find(TRANSFER).id == queries.catalogue(LATER).find(TRANSFER).id
        )
        assert revision("network") == before + 1

    def test_a_difference_on_the_first_day_is_a_correction(self, loaded: Flask) -> None:
        assert limit(LATER) == 15
        plan = take_over(with_limit(TRANSFER, 10), FIRST)
        assert outcomes(plan) == {TRANSFER: Outcome.CORRECTED}
        assert [limit(FIRST), limit(LATER)] == [10, 10]
        assert count(ServicePeriod) == len(entries())

    def test_a_change_before_a_later_one_ends_where_that_begins(self, loaded: Flask) -> None:
        take_over(with_limit(TRANSFER, 10), LATER)
        take_over(with_limit(TRANSFER, 12), date(2022, 6, 1))
        assert [limit(FIRST), limit(date(2022, 6, 1)), limit(LATER)] == [15, 12, 10]

    def test_a_service_that_is_not_named_stays(self, loaded: Flask) -> None:
        plan = take_over(entries()[1:], LATER)
        assert plan.absent == (entries()[0].code,)
        assert queries.catalogue(LATER).find(plan.absent[0]).name == entries()[0].name

    def test_a_day_before_the_first_is_refused_and_nothing_stored(self, loaded: Flask) -> None:
        given = [*with_limit(TRANSFER, 10), replace(entries()[0], code="002036009001")]
        with pytest.raises(BadInput, match=TRANSFER) as caught:
            take_over(given, date(2021, 12, 31))
        assert caught.value.field == "on"
        assert count(Service) == count(ServicePeriod) == len(entries())


class TestCatalogue:
    def test_is_empty_before_the_first_day(self, loaded: Flask) -> None:
        assert queries.catalogue(date(2021, 12, 31)).services == ()

    def test_is_held_until_somebody_writes(self, loaded: Flask) -> None:
        held = queries.catalogue(FIRST)
        assert queries.catalogue(FIRST) is held
        take_over(with_limit(TRANSFER, 10), LATER)
        assert queries.catalogue(FIRST) is not held

    def test_finds_by_code_and_by_id(self, loaded: Flask) -> None:
        catalogue = queries.catalogue(FIRST)
        service = catalogue.find(TRANSFER)
        assert service.name == "转移接续手续办理"
        assert catalogue.by_id[service.id] is service
        with pytest.raises(NotFound) as caught:
            catalogue.find("002036999999", "service")
        assert caught.value.field == "service"

    def test_groups_keep_the_order_of_the_file_and_lose_nobody(self, loaded: Flask) -> None:
        catalogue = queries.catalogue(FIRST)
        assert [group.name for group in catalogue.groups] == list(
            dict.fromkeys(entry.group for entry in entries())
        )
        grouped = [service for group in catalogue.groups for service in group.services]
        assert tuple(grouped) == catalogue.services


def as_given(service: Entry) -> Entry:
    """A stored service as the file has it."""
    return Entry(**{name: getattr(service, name) for name in Entry.__dataclass_fields__})
