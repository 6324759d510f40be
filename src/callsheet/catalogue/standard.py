"""The catalogue that a new studio starts with, as plain data: no Django, no database.

The planner's commands price and time a calendar with it where no installation is at hand. Lead
times are (P50, P80) working days by brief type and stage.
"""

from __future__ import annotations

DELIVERABLE_TYPES = [
    ("static", "Static creative", "static", 5),
    ("video", "Video creative", "video", 10),
    ("stop-motion", "Stop motion", "stop_motion", 15),
    ("photo", "Photo", "photo", 2),
    ("photo-set", "Photo set", "photo", 10),
    ("raw-clip", "Raw video clip", "video", 5),
]
VARIATIONS = [
    ("text-variation", "Text variation"),
    ("format-variation", "Format variation"),
]
PLANS = [
    ("starter", "Starter", 30),
    ("growth", "Growth", 60),
    ("scale", "Scale", 120),
    ("enterprise", "Enterprise", 300),
]
LEAD_TIMES: dict[str, dict[str, tuple[int, int]]] = {
    "original_creative": {
        "review": (1, 2),
        "booking": (2, 3),
        "creation": (14, 14),
        "post_production": (4, 5),
        "quality_check": (1, 1),
        "customer_review": (3, 5),
        "revision": (0, 5),
    },
    "content_creation": {
        "review": (1, 2),
        "booking": (2, 3),
        "creation": (14, 14),
        "post_production": (2, 3),
        "quality_check": (1, 1),
        "customer_review": (3, 5),
        "revision": (0, 5),
    },
    "adapt_optimize": {
        "review": (1, 2),
        "booking": (2, 3),
        "creation": (0, 0),
        "post_production": (4, 5),
        "quality_check": (1, 1),
        "customer_review": (3, 5),
        "revision": (0, 5),
    },
}
