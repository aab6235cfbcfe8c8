"""Static figures: frame, fonts, base map, charts, maps, and the book of maps."""
