"""What the application's database role may do with these tables; everything ordinary elsewhere."""

TABLE_GRANTS: dict[str, str] = {
    # What customers were told is never changed, only followed by something newer.
    "projects_publishedrange": "SELECT, INSERT",
    # A file that was handed over stays the file that was handed over.
    "projects_assetversion": "SELECT, INSERT",
}
