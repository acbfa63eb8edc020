"""SQLite behind the ports: one file, write-ahead log, one writer at a time, many readers."""
