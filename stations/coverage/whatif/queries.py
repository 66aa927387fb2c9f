"""Asking what if, of the network of a day as it is held in memory. Nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from flask_babel import lazy_gettext as _l

from core.access import EVERYWHERE, Reach
from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.errors import BadInput
from core.geo import Floats
from core.regions.ranks import ranks
from core.regions.rules import Level
from core.sites.network import Network
from core.sites.queries import network
from stations.coverage.positions import Places, Wanted
from stations.coverage.queries import cover_of, demand, sites_for
from stations.coverage.rules import Question
from stations.coverage.settled import Demand
from stations.coverage.whatif import reckoning as near
from stations.coverage.whatif import rules
from stations.coverage.whatif.reckoning import Outcome, Reckoning, Side
from stations.coverage.whatif.rules import WhatIf


def ask(question: Question, what: WhatIf, reach: Reach = EVERYWHERE) -> Outcome:
    """What would come of it, told within *reach*: see :func:`whole`. Raises BadInput for sites that
    are not of the day, and where the answer could not depend on what happens."""
    asked = demand(question.on)
    found = reckoning(network(question.on), asked, question, what)
    if not whole(question, reach):
        return found.outcome(served(found))
    if question.region is None:
        return found.outcome(None)
    return found.outcome(asked.inside(ranks(question.on), question.region))


def whole(question: Question, reach: Reach) -> bool:
    """Whether all of the region may be looked at, and not only whom the sites in question serve."""
    if question.region is None:
        return reach.everywhere
    return reach.region(network(question.on).tree, question.region.id)


def served(found: Reckoning) -> Wanted:
    """The settlements that the sites in question serve, before or after, wherever they lie."""
    only = np.zeros(len(found.found.demand), bool)
    only[found.near] = True
    return only


def around(reach: Reach, net: Network) -> Reach:
    """*reach*, and the county of each single site in it: whoever looks after a site may ask what
    would come of it, and that is asked of the county."""
    counties = set()
    for place in net.places(np.isin(net.rows.ids, sorted(reach.sites))):
        path = net.tree.path(place.region.id)
        counties.add(path[min(Level.COUNTY.depth, len(path) - 1)].id)
    return reach | Reach(regions=frozenset(counties))


def reckoning(net: Network, asked: Demand, question: Question, what: WhatIf) -> Reckoning:
    """The question about a network and settlements in hand, before it is answered.

    Raises BadInput.
    """
    what.check(question)
    if not np.isin(what.site_ids, net.rows.ids).all():
        raise BadInput(_l("有的网点在所查的日期不存在。"), field="changes")
    found = cover_of(net, asked, question)
    everybody = sites_for(net, replace(question, service=None))
    return Reckoning(net, found, everybody, question, what)


def alternatives(
    question: Question, what: WhatIf, service: Service, settlements: Places
) -> tuple[Places, Floats]:
    """For settlements (numbers in the demand of the day) the nearest site that offers the service
    after all of it, by its index, and its distance in metres; NONE and inf where there is none."""
    asked, net, own = demand(question.on), network(question.on), replace(question, service=service)
    gone = np.searchsorted(net.rows.ids, what.site_ids)
    after = Side.of(rules.changed(rules.part(net, gone), what.changes), own)
    here = asked.positions.only(settlements)
    return near.alternatives(here, sites_for(net, own), gone, after)


#: For a settlement (its number) and a service (its id) the nearest site by its index, and metres.
ByService: TypeAlias = dict[tuple[int, int], tuple[int, float]]


def alternatives_by_service(outcome: Outcome) -> ByService:
    """Where else each service is to be had that a settlement loses, of those in the catalogue."""
    found: ByService = {}
    for service in catalogue(outcome.question.on).services:
        losing = [one.settlement for one in outcome.touched if service.id in one.lost]
        if losing:
            where = np.array(losing, np.int64)
            nearest, metres = alternatives(outcome.question, outcome.what, service, where)
            told = zip(losing, nearest.tolist(), metres.tolist(), strict=True)
            found |= {(one, service.id): (index, away) for one, index, away in told}
    return found
