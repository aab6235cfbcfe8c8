"""Read files into the nouns that the other rooms work on.

In: OpenStreetMap extracts, polygon files, population tables, each named by a path.
Out: ``OsmData``, boundaries and population frames in EPSG:4326, SHA-256 of files.
Not here: judging what is walkable, a facility or a residence; metric CRS.
To add one: a module with one ``read_`` function that raises ``SourceError`` with file and remedy.
"""
