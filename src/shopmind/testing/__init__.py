"""Contract suites over the menus and a tiny deterministic shop: for tests, here and in your own project."""
