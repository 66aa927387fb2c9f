"""What the templates of visits say with: states, what the register tells, links to findings."""

from __future__ import annotations

import json

from flask import Blueprint, url_for
from flask_babel import LazyString

from standards import queries as standards
from standards.inspections.outcome import Outcome
from standards.inspections.rules import Origin, State
from standards.rules import Criterion


def init(blueprint: Blueprint) -> None:
    """Give the filters and functions to every template."""
    blueprint.add_app_template_filter(origin)
    blueprint.add_app_template_filter(visit_state)
    blueprint.add_app_template_filter(indented)
    blueprint.add_app_template_global(finding_url)
    blueprint.add_app_template_global(criterion_of)


def origin(value: str) -> LazyString:
    return Origin(value).label


def visit_state(value: str) -> State:
    return State(value)


def indented(text: str) -> str:
    """JSON as it is read by people."""
    return json.dumps(json.loads(text), ensure_ascii=False, indent=1)


def finding_url(uuid: str) -> str:
    """The page of a finding."""
    return url_for("rectification.finding", code=uuid)


def criterion_of(outcome: Outcome, standard: str, code: str) -> Criterion:
    """A criterion of the visit by its codes."""
    for judged in outcome.judged:
        if judged.published.code == standard:
            return judged.published.version.by_code[code]
    return standards.shown(standard).version.by_code[code]
