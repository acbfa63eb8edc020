"""The console: pages for the people who run a shop, in a process of its own over the public HTTP API."""
