"""The photos of a site that is found to be part of another: they are of the same place."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from core.sites.joining import SiteFollower, counting
from network.photos import rules
from network.photos.actions import hand_over
from network.photos.models import SitePhoto
from network.photos.queries import is_shown

PHOTOS: Final = SiteFollower(
    (SitePhoto.__tablename__,),
    _l("照片"),
    _l("排在保留网点的照片之后，总共最多 %(most)s 张，多出的不再展示", most=rules.MOST_PHOTOS),
    counting(SitePhoto, is_shown()),
    lambda actor, merged: hand_over(actor, merged.other.id, merged.survivor.id),
)
