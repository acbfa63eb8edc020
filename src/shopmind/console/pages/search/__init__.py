"""Search: what people look for, the relevance workbench, words and rules."""
