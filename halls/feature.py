"""What the inside of halls brings to the house."""

from __future__ import annotations

from core.web import Feature
from halls.windows import figures as windows

FEATURE = Feature(name="halls")
#: Known to whoever asks for figures by their codes.
FIGURES = windows.FIGURES
