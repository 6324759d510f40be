"""Pages: one module per page noun. Parse, call one service or query, present."""
