"""Who hears of what, by which way, and what became of it."""
