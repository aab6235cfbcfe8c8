"""Read files into the nouns that the other rooms work on.

In: OpenStreetMap extracts, polygons, population, facility lists, each by its path; servers, by `fetch` alone.
Out: ``OsmData``, boundaries, population and facility frames in EPSG:4326, SHA-256 of files.
Not here: judging what is walkable, a facility or a residence; metric CRS.
To add one: a module with one ``read_`` function that raises ``SourceError`` with file and remedy.
"""
