"""From files, exports and HTTP rows into the stores: read, map, check, clean, pseudonymise."""
