"""What the application's database role may do with these tables (the owner's role may all)."""

TABLE_GRANTS = {
    "journal_command": "SELECT, INSERT, UPDATE (answer, note_id)",
    "journal_event": "SELECT, INSERT",
    "journal_note": "SELECT, INSERT, UPDATE (text, salt)",
}
