"""Read models: the queue as it stands, and later utilization, forecast, advice. Reads only."""
