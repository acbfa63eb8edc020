"""Language, tokens, units, normalisation: one analyser for ingest, indexes, understanding and highlighting."""
