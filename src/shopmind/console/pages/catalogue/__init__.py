"""The page Catalogue: items with their gaps, one item, quality, ingest reports with rejected rows."""
