"""The wiring: the only room that knows every other one.

In: a study file.
Out: ``Place``, ``Audit``, the preflight text.
Not here: algorithms, file formats, drawing.
To add one: a module that calls rooms in order and hands their nouns on.
"""
