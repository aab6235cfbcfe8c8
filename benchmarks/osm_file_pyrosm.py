"""Read an extract with pyrosm and print what was found; runs in pyrosm's own environment."""

from __future__ import annotations

import json
import sys
import warnings

import pyrosm

KEYS = ("amenity", "shop", "leisure", "tourism", "healthcare")


def main(path: str) -> None:
    """Print kilometres of walkable edges, buildings and things with a facility's tags as JSON."""
    warnings.simplefilter("ignore")
    osm = pyrosm.OSM(path)
    _, edges = osm.get_network(network_type="walking", nodes=True)
    things = osm.get_data_by_custom_criteria(dict.fromkeys(KEYS, True), filter_type="keep")
    buildings = osm.get_buildings()
    crs = edges.estimate_utm_crs()
    edges, things, buildings = edges.to_crs(crs), things.to_crs(crs), buildings.to_crs(crs)
    found = {
        "kilometres": round(float(edges.length.sum()) / 1e3),
        "buildings": len(buildings),
        "things": len(things),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
