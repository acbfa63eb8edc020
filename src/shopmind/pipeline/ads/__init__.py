"""Ads: who may bid in a request, how their money lasts the day, and the auctions."""
