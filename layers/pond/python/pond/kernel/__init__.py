"""What every room may use and that knows no room: clock, ids, errors, settings, logs, events, seals, tables, queues."""
