"""The content calendar: campaigns, entries, and which deliverables serve which entry."""
