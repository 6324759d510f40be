"""Programs for those who work on Callsheet; nothing here is installed."""
