"""The rows of the table of permissions: who is let in, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.accounts.rules import Role

IN, SIGN_IN, REFUSED, HIDDEN = "let in", "sent to sign in", "refused", "not found"
WHERE: Final = ("own", "sibling", "other")
#: The county of the person who asks, one beside it in the same city, one of another city.
COUNTIES: Final = {"own": "371082000000", "sibling": "371002000000", "other": "370302000000"}
CITY: Final = "371000000000"
PUBLIC, PROGRAM = "public", "program"
PEOPLE: Final = tuple(role.value for role in Role)
EVERYBODY: Final = (PUBLIC, *PEOPLE, PROGRAM)


@dataclass(frozen=True)
class Row:
    """Who is let in, and where. Others are refused, and nobody is sent to sign in."""

    allowed: Mapping[str, str]

    def outcome(self, who: str, where: str) -> str:
        if who not in self.allowed:
            return SIGN_IN if who == PUBLIC else REFUSED
        return IN if where in self.allowed[who].split() else HIDDEN


ALL: Final = "own sibling other"
OPEN: Final = Row(dict.fromkeys(EVERYBODY, ALL))
PERSON: Final = Row(dict.fromkeys(PEOPLE, ALL))
#: Names something of somebody else's: not found by anybody.
NOT_THEIRS: Final = Row(dict.fromkeys(PEOPLE, ""))
SEES: Final = Row({"county_admin": "own", "city_admin": "own sibling", "system_admin": ALL})
MANAGES: Final = Row({"county_admin": "own", "city_admin": "own sibling"})
#: Everybody who works with the register; what lies elsewhere is absent from the list.
READS: Final = Row(dict.fromkeys((*PEOPLE[:-1], PROGRAM), ALL))
#: What waits is found by nobody else.
DECIDES: Final = Row(
    dict.fromkeys(PEOPLE, "") | {"county_admin": "own", "city_admin": "own sibling"}
)
#: A site's own manager keeps it too; a program, with a token of the county administrator's.
KEEPS: Final = Row(
    {
        "station_manager": "own",
        "county_admin": "own",
        "city_admin": "own sibling",
        "program": "own",
    }
)
#: Not for a program: it cannot show once more who it is.
BULK: Final = Row(dict.fromkeys(("county_admin", "city_admin"), ALL))
LISTS: Final = Row(dict.fromkeys(("county_admin", "city_admin", "system_admin"), ALL))

READERS: Final = Row(
    {
        "hotline_agent": "own sibling",
        "inspector": "own",
        "county_admin": "own",
        "city_admin": "own sibling",
        "auditor": ALL,
        "window_clerk": "",
        "station_manager": "",
        PROGRAM: "own",
    }
)
#: What opens on one's own reach, wherever that is.
SOMEWHERE: Final = Row(dict.fromkeys(READERS.allowed, ALL))
#: The same of a region: whoever looks after one site alone has none.
SOME_REGION: Final = Row({**SOMEWHERE.allowed, "window_clerk": "", "station_manager": ""})
READS_SITE: Final = Row({**READERS.allowed, "window_clerk": "own", "station_manager": "own"})
WRITERS: Final = Row({"county_admin": "own", "city_admin": "own sibling", PROGRAM: "own"})
WRITES_SOMEWHERE: Final = Row(dict.fromkeys(WRITERS.allowed, ALL))
#: Somebody else's job: for who runs the system alone.
RUNS: Final = Row({**dict.fromkeys(PEOPLE, ""), "system_admin": ALL})

#: Whoever keeps a site, its own manager among them; a photo that is nobody's is found by none.
KEEPS_PHOTOS: Final = Row({**WRITERS.allowed, "station_manager": "own"})
NO_PHOTO: Final = Row(dict.fromkeys(KEEPS_PHOTOS.allowed, ""))

#: Findings: whoever reads inspections, or puts right.
FINDINGS: Final = Row(
    {
        "station_manager": "own",
        "inspector": "own",
        "county_admin": "own",
        "city_admin": "own sibling",
        "auditor": ALL,
        PROGRAM: "own",
    }
)
FINDINGS_SOMEWHERE: Final = Row(dict.fromkeys(FINDINGS.allowed, ALL))
NO_FINDING_PHOTO: Final = Row(dict.fromkeys(FINDINGS.allowed, ""))
#: A program may read them and no more.
ANSWERS: Final = Row(
    {who: where for who, where in FINDINGS.allowed.items() if who not in ("auditor", PROGRAM)}
)
NO_EVIDENCE: Final = Row(dict.fromkeys(ANSWERS.allowed, ""))
RECHECKS: Final = Row(
    {who: where for who, where in ANSWERS.allowed.items() if who != "station_manager"}
)
LEADS: Final = Row({who: where for who, where in RECHECKS.allowed.items() if who != "inspector"})
#: Visits: whoever is sent writes, the county reviews, the station reads its own.
INSPECTS: Final = Row({"inspector": ALL})
VISIT: Final = FINDINGS
READS_VISITS: Final = Row(dict.fromkeys(VISIT.allowed, ALL))
#: A plan is a region's: who reads of one site alone finds none.
PLANNED: Final = Row({**VISIT.allowed, "station_manager": ""})
REVIEWS: Final = Row({"county_admin": "own", "city_admin": "own sibling"})

#: Coverage is of a region: who reads of sites alone finds none.
OF_A_REGION: Final = Row({who: ALL if where else "" for who, where in READERS.allowed.items()})

#: A search that somebody else began.
NOT_BEGUN: Final = Row(dict.fromkeys(READERS.allowed, ""))


def uuid_of(where: str) -> str:
    """The UUID of the job of the inspector who is *where*, and of what is asked for there."""
    return f"00000000-0000-4000-8000-00000000000{WHERE.index(where)}"
