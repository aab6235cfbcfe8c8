"""Measures of access and equity for a place: whom facilities serve, groups, inequality."""
