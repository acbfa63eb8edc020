"""Consent, pseudonym, retention, erase, export."""
