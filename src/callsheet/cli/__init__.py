"""The command line: parse, call one service or query, present. No rules live here."""
