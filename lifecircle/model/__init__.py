"""Frozen nouns and table schemas that every other room speaks in.

In: nothing of lifecircle but ``units`` and ``errors``.
Out: study area, standard, OSM data, network, tables, travel, audit, provenance.
Not here: algorithms, files, drawing.
To add one: a frozen dataclass that checks its invariants at construction.
"""
