"""Measures of access from the literature, one a module.

In: ``ReachPairs`` or ``NearestTimes``, capacities, populations.
Out: one value per residence, facility or place.
Not here: verdicts on a standard, searches.
To add one: a module, its line in ``registry.py``, a page in ``docs/methods``.
"""
