"""The HTTP API and the storefront page: the only room where async lives."""
