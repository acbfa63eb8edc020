"""The page Models: the registry, cards, curves, comparison, promote and roll back."""
