"""Where people start walking from: buildings, residential land, estate gates or grid cells.

In: objects of an extract in the metric CRS, study area, walking network, user tables of population and communities.
Out: ``prepare.Residences``: the residence table with entrances, its weight, sample points of residential land, notes.
Not here: reading files, snapping entrances to the network, verdicts.
To add one: a module that returns origins like ``areas.area_origins`` and one line in ``prepare.MAKERS``.
"""
