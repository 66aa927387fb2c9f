"""The shipped list of 威海 as a later year might have it; there is no real one of a second year.

西钱家 went into 东钱家, 周庄 was split, 南泊 went over to another town, 斥山 is called otherwise,
and 乳山 became a district with another code, and with it all that lies in it.
"""

from __future__ import annotations

from typing import Final

from core.regions import importer

MERGED: Final = ("371082001223", "371082001222")
SPLIT: Final = ("371082001217", ("371082001290", "371082001291"))
MOVED: Final = ("371082001210", "371082002299")
RENAMED: Final = ("371082006000", "石岛湾街道")
COUNTY: Final = ("371083", "371004")
#: How many regions lie in the county that has another code, itself among them.
IN_COUNTY: Final = 655

_NEW: Final = f"""\
{SPLIT[1][0]},东周庄村委会,village,371082001000,1,
{SPLIT[1][1]},西周庄村委会,village,371082001000,1,
{MOVED[1]},南泊村委会,village,371082002000,1,
"""


def later() -> str:
    """The list, parents before their children."""
    lines = importer.shipped_text("3710").splitlines(keepends=True)
    gone = (MERGED[0], SPLIT[0], MOVED[0])
    kept = [line for line in lines if not line.startswith(gone)]
    return "".join(map(_changed, kept)) + _NEW


def _changed(line: str) -> str:
    code, name, *rest = line.split(",")
    if code == RENAMED[0]:
        name = RENAMED[1]
    if code.startswith(COUNTY[0]):
        old, new = COUNTY
        code = new + code[6:]
        rest = [cell.replace(old, new, 1) if cell.startswith(old) else cell for cell in rest]
        name = "乳山区" if name == "乳山市" else name
    return ",".join((code, name, *rest))
