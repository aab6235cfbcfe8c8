"""Audit of a study against a standard: three-valued verdicts, shares as bounds, gaps.

In: a ``CoverageCase``: standard, tables, walking times, completeness, all in memory.
Out: ``CoverageAudit``.
Not here: searches, files, drawing; what changes when something is built (scenario).
To add one: a circle is a line in a standard; a reason for "unknown" is a rule in ``verdicts.py``.
"""
