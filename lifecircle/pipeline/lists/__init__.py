"""Facility lists and addresses: rows, datums, attributes, geocoding, a table as a map."""
