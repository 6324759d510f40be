"""The ground everything stands on: clock, actors, errors, working days. No models, no rules."""
