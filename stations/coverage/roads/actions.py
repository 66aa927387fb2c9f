"""Writing graphs of roads: one comes to count, in the place of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final
from uuid import uuid4

import numpy as np
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require_reach
from core.audit.actions import record
from core.audit.rules import Changes, compared
from core.clock import now, today
from core.db import db, rows_written
from core.errors import BadInput
from core.files import actions as files
from core.files import store
from core.files.store import Content
from core.geo import Datum
from core.regions.queries import code_of, tree
from stations.coverage.population import MOST_SOURCE
from stations.coverage.roads import story
from stations.coverage.roads.graph import Graph
from stations.coverage.roads.models import RoadGraph
from stations.coverage.roads.reading import Read

#: Within which somebody may be led to a road, in metres.
MOST_SNAP: Final = 2000.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said about a graph: of which region, from whom, in which datum; see RoadGraph."""

    region_id: int
    source: str
    datum: Datum
    snap: float


def put(graph: Graph) -> Content:
    """Put a graph into the store, before any transaction."""
    written = BytesIO()
    columns = {name: getattr(graph, name) for name in ("lat", "lon", "start", "end", "length")}
    np.savez_compressed(written, **columns)
    return store.put_bytes(written.getvalue())


def check(terms: Terms) -> None:
    """Raises BadInput."""
    if not 0 < len(terms.source.strip()) <= MOST_SOURCE:
        raise BadInput(_l("请写明来源，最多 %(most)s 个字。", most=MOST_SOURCE), field="source")
    if not 0 < terms.snap <= MOST_SNAP:
        raise BadInput(
            _l("接路的最远距离应大于 0，不超过 %(most)s 米。", most=f"{MOST_SNAP:g}"), field="snap"
        )


def load(actor: Actor, terms: Terms, read: Read, kept: Content, sent: tuple[str, str]) -> RoadGraph:
    """Let the graph count from now on; *sent* is the file's name and hash. Raises BadInput."""
    reach = actor.reach(Permission.REGISTER_IMPORT)
    require_reach(reach.region(tree(today()), terms.region_id))
    check(terms)
    rows_written(
        sa.update(RoadGraph)
        .where(RoadGraph.region_id == terms.region_id, RoadGraph.replaced_at.is_(None))
        .values(replaced_at=now())
    )
    file = files.keep(actor, kept, f"{sent[0]}.npz", "application/octet-stream")
    row = RoadGraph(
        uuid=str(uuid4()),
        region_id=terms.region_id,
        source=terms.source.strip(),
        datum=terms.datum,
        file_name=sent[0][-200:],
        sha256=sent[1],
        graph_id=file.id,
        graph_sha256=kept.sha256,
        snap=terms.snap,
        crossings=read.graph.crossings,
        roads=len(read.graph),
        metres=float(read.graph.length.sum()),
        guessed=read.guessed,
        short=read.short,
        entered_by=actor.name,
        entered_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    record(actor, story.LOADED, (story.GRAPH, row.uuid), _told(row), region_id=row.region_id)
    return row


def _told(row: RoadGraph) -> Changes:
    facts = {
        "region": code_of(row.region_id, today()),
        "file": row.file_name,
        "sha256": row.sha256,
        "source": row.source,
        "datum": row.datum,
        "roads": row.roads,
        "metres": row.metres,
        "snap": row.snap,
    }
    return compared({}, facts)
