"""What the application's database role may do with these tables.

Entries and campaigns stay for good: an entry that is not wanted any more is dropped, which is a
status, so that no sheet and no slip of a finger can take one away.
"""

TABLE_GRANTS = {
    "schedule_campaign": "SELECT, INSERT, UPDATE",
    "schedule_entry": "SELECT, INSERT, UPDATE",
}
