"""Whom a typed text means: regions and sites by name, path, code, pinyin or initials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l

from core import search
from core.errors import NotFound
from core.regions import queries as regions
from core.regions.tree import Node
from core.sites import queries as sites
from core.sites.network import Network, Place
from core.sites.rules import is_site_code
from core.snapshot import of_revision
from stations.finder.rules import MOST_TYPED, Match, Start

# How many regions of one name are looked at where other words of the text tell them apart.
_ENOUGH = 500


def matches(text: str, among: Network, limit: int) -> list[Match]:
    """At most *limit* places that *text* may mean, the likeliest first: regions, then sites.

    One alone where *text* is its whole name, or its path of names, and nobody else's.
    Raises BadInput if the text is too long.
    """
    named = _named(text, among)
    if len(named) == 1:
        return named
    return suggestions(text, among, limit)


def _named(text: str, among: Network) -> list[Match]:
    """Whoever is called exactly *text*: regions if there are any, else sites."""
    name = _folded(text)
    nodes = _by_path(among.on).get(name, ()) or regions.called(text, among.on)
    if nodes:
        return [_region_match(among, node) for node in nodes]
    borne = among.by_code(name) if is_site_code(name) else None
    places = [place for place in _sites(text, among, _ENOUGH) if _folded(place.name) == name]
    return [_site_match(among, place) for place in ([borne] if borne is not None else places)]


def suggestions(text: str, among: Network, limit: int) -> list[Match]:
    """At most *limit* places whose name or path has *text* in it, exact names first."""
    words = search.asked(text)
    if not words:
        return []
    exact = _by_path(among.on).get("".join(words), ())
    nodes = list(dict.fromkeys([*exact, *_regions(words, among.on, limit)]))
    places = _sites(text, among, limit)
    # Neither crowds the other out: at least half the room is for each.
    room = max(limit - len(places), limit - limit // 2)
    found = [_region_match(among, node) for node in nodes[:room]]
    return (found + [_site_match(among, place) for place in places])[:limit]


def _sites(text: str, among: Network, limit: int) -> list[Place]:
    if not search.asked(text):
        return []
    places = (among.by_code(code) for code in sites.search(text, among.on, limit))
    return [place for place in places if place is not None]


def _regions(words: list[str], on: date, limit: int) -> list[Node]:
    """Regions called by the last word that stand under regions called by the words before it."""
    *above, own = words
    if not above:
        return regions.search(own, on, limit)
    tree = regions.tree(on)
    called = [{node.id for node in regions.search(word, on, _ENOUGH)} for word in above]

    def stands_under(node: Node) -> bool:
        path = {each.id for each in tree.path(node.id)}
        return all(path & ids for ids in called)

    return [node for node in regions.search(own, on, _ENOUGH) if stands_under(node)][:limit]


@of_revision("network")
def _by_path(on: date) -> Mapping[str, tuple[Node, ...]]:
    """Regions by name, in full or without the generic ending, alone or behind the names above."""
    tree = regions.tree(on)
    found: dict[str, list[Node]] = {}
    for node in tree.by_id.values():
        names = [_folded(above.name) for above in tree.path(node.id)]
        texts = {"".join(names[start:]) for start in range(len(names))}
        for text in texts | {_folded(search.stem(node.name)), node.code}:
            found.setdefault(text, []).append(node)
    return {text: tuple(nodes) for text, nodes in found.items()}


def _folded(text: str) -> str:
    return "".join(search.asked(text))


def _region_match(among: Network, node: Node) -> Match:
    return Match(node.code, node.name, node.name_en, among.tree.full_name(node.id))


def _site_match(among: Network, place: Place) -> Match:
    path = among.tree.full_name(place.region.id)
    return Match(place.code, place.name, place.name_en, path, place.kind)


def start_at(code: str, among: Network) -> Start:
    """The start at the region or site with *code*. Raises NotFound for a code that nobody bears."""
    if not is_site_code(code):
        return _at_region(regions.find_code(code, among.on).node, among)
    place = among.by_code(code)
    if place is None:
        raise NotFound(_l("没有这个网点。"), field="place")
    if place.point is None:
        return _at_region(place.region, among)
    return Start(place.point, place.name, place.region, site=place)


def _at_region(region: Node, among: Network) -> Start:
    """The start at the region's own point, else at that of the lowest region above with one."""
    upwards = reversed(among.tree.path(region.id))
    known = next((node for node in upwards if node.point is not None), None)
    return Start(
        point=None if known is None else known.point,
        label=among.tree.full_name(region.id)[:MOST_TYPED],
        region=region,
        instead=None if known is region else known,
    )
