"""The walking network: what may be walked, how long it is, what stands in the way.

In: OSM ways and objects from ``model.osm``.
Out: ``WalkNetwork``, ``Impedance``, ``Barriers``, ``Snapped``.
Not here: reading files; searching routes (``travel``).
To add one: a rule on tags is a line in ``permissions.py``, in its test and in docs/methods/walking-network.md.
"""
