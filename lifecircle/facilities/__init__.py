"""Recognise facilities, count each once, and find where a walker enters it.

In: OsmData.objects in a metric CRS, a Catalogue, a WalkNetwork.
Out: a FacilityTable with its counts and notes (``prepare``).
Not here: files, thresholds, walking times; users' tables (``sources``).
To add one: a type is a block in ``data/types.yml``; a new test of tags goes into ``selectors``.
"""
