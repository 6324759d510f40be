"""What the application's database role may do with these tables: everything ordinary, except that
triggers alone say which edition of the settings is in force.
"""

TABLE_GRANTS = {"catalogue_edition": "SELECT"}
