"""Why gaps are there, and the single changes that would help most."""
