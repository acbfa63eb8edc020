"""The technologies one can choose from: one line each."""

from __future__ import annotations

from shopmind.kit.menu import Menu

DATABASES = Menu("database", {"sqlite": "shopmind.stores.sqlite.store:open_sqlite"})
"""URL scheme → opener (url) → ShopDatabase."""

TEXT_INDEXES = Menu("text index", {"tantivy": "shopmind.stores.tantivy_text:TantivyText"})
"""Name → class (folder, fields=…)."""

VECTOR_INDEXES = Menu("vector index", {"usearch": "shopmind.stores.usearch_vectors:UsearchVectors"})
"""Name → class (folder, encoder_version, dimension)."""

ARTIFACTS = Menu("artifacts", {"folder": "shopmind.stores.folder_artifacts:FolderArtifacts"})
"""Name → class (folder)."""

OUTBOXES = Menu("outbox", {"sqlite": "shopmind.stores.sqlite.outbox:open_outbox"})
"""URL scheme → opener (url) → Outbox."""
