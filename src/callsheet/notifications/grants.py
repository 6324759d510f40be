"""What the application's database role may do with these tables: everything ordinary."""

TABLE_GRANTS: dict[str, str] = {}
