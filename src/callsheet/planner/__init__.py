"""The planner: which briefs go in when, so that a calendar is met with the credits there are.

Pure: a ``Problem`` in, a ``Plan`` out; no database, no clock, no dates. Days are whole working
days counted from 0, the first day of the plan; ``callsheet.planner.dates`` turns them into dates.
Modules are imported where they are used, because the engine's libraries take time to load.
"""
