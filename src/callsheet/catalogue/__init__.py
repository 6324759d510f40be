"""What may be ordered, at which cost, and the studio's own rules."""
