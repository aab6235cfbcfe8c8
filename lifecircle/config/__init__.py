"""Study files, the facility catalogue and standards, read strictly and checked.

In: YAML files and package data.
Out: ``Study``, ``Catalogue``, ``Standard``.
Not here: the data files that a study names.
To add one: a field in ``schema.py``; a standard is a YAML file in ``data/standards``.
"""
