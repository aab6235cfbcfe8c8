"""Geocoding services on the internet: one thin adapter each.

In: an address as text, a key from the environment.
Out: ``ServiceAnswer`` with its datum, or what the service's own status codes mean.
Not here: deciding whether an answer is good enough, the ledger, the gazetteer.
To add one: a module with a ``Protocol`` and its line in ``registry.PROTOCOLS``.
"""
