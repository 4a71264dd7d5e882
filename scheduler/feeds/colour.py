"""The colours a calendar or an event may have: CSS names (RFC 7986 §5.9), and Apple's hexadecimal form.

The names are those dark enough for white text and known to every client that reads COLOR.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "brown": "#A52A2A",
        "chocolate": "#D2691E",
        "crimson": "#DC143C",
        "darkcyan": "#008B8B",
        "darkgreen": "#006400",
        "darkmagenta": "#8B008B",
        "darkolivegreen": "#556B2F",
        "darkorange": "#FF8C00",
        "darkred": "#8B0000",
        "darkslateblue": "#483D8B",
        "dodgerblue": "#1E90FF",
        "firebrick": "#B22222",
        "forestgreen": "#228B22",
        "goldenrod": "#DAA520",
        "gray": "#808080",
        "green": "#008000",
        "indigo": "#4B0082",
        "mediumvioletred": "#C71585",
        "midnightblue": "#191970",
        "navy": "#000080",
        "olive": "#808000",
        "orangered": "#FF4500",
        "purple": "#800080",
        "rebeccapurple": "#663399",
        "royalblue": "#4169E1",
        "saddlebrown": "#8B4513",
        "seagreen": "#2E8B57",
        "sienna": "#A0522D",
        "slateblue": "#6A5ACD",
        "slategray": "#708090",
        "steelblue": "#4682B4",
        "teal": "#008080",
        "tomato": "#FF6347",
    }
)
