"""Files and maps that a planner takes away.

In: an ``AuditView``.
Out: ``audit.json``, GeoParquet, GeoPackage, CSV, ``tables.xlsx``, ``map.html``, figures, report, printed summary.
Not here: computing any number; knowing how a view came about.
To add one: a module here that turns a view into bytes, and one line in ``write.py``.
"""
