"""Engine, session and dialect: the only place that asks "SQLite or Postgres?"."""
