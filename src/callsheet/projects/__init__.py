"""Projects: briefs and what becomes of them. Credits are changed elsewhere."""
