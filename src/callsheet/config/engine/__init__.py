"""Django's engine for PostgreSQL, with statements that are prepared where they can be."""
