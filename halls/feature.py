"""What the inside of halls brings to the house."""

from __future__ import annotations

from core.web import Feature
from halls.demo import actions as demo
from halls.fittings import views as fittings
from halls.postings import views as postings
from halls.windows import figures
from halls.windows import views as windows

FEATURE = Feature(
    name="halls",
    blueprints=(fittings.blueprint, windows.blueprint, postings.blueprint),
    panels=(fittings.PANEL, windows.PANEL, postings.PANEL),
    demo=demo.show,
)
#: Known to whoever asks for figures by their codes.
FIGURES = figures.FIGURES
