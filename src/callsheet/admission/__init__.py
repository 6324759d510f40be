"""Admission: who starts next, and why not the others.

Pure: a ``Snapshot`` of one admission domain in, ``Decisions`` out. ``decide`` says what starts
now; ``expected_starts`` when the others will, as a range. Neither reads a clock or a database.
"""
