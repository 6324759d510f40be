"""What happened: commands (each once) and events (append-only), written with their cause."""
