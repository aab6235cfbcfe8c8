"""Single walks and what lies within reach: routes, walks to school, isochrones, covered streets, pairs, validation."""
