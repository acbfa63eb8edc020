"""Readers: one file a format or export; each yields Polars frames of raw rows with their line numbers."""

from shopmind.kit.menu import Menu

READERS = Menu(
    "reader",
    {
        "csv": "shopmind.ingest.readers.csv:CsvReader",
        "ndjson": "shopmind.ingest.readers.ndjson:NdjsonReader",
        "parquet": "shopmind.ingest.readers.parquet:ParquetReader",
    },
)
"""Format → reader of one file."""

SOURCES = Menu(
    "source",
    {
        "folder": "shopmind.ingest.readers.folder:FolderSource",
        "complete_journey": "shopmind.ingest.readers.complete_journey:CompleteJourney",
    },
)
"""Name → what brings whole tables: a data folder, or an export of a known make."""
