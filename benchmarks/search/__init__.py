"""Is search good, and is it quick? Ours beside what a shop could take instead, all in one run: `make bench-search`."""
