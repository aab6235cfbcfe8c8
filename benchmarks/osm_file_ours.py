"""Read an extract with lifecircle and print what was found; a process of its own for `osm_file`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lifecircle.model.area import local_crs
from lifecircle.network.build import build_network
from lifecircle.sources.osm_file import read_osm
from lifecircle.sources.polygons import bbox_polygon


def main(path: Path) -> None:
    """Print kilometres of walkable edges, buildings and things with a facility's tags as JSON."""
    data = read_osm(path)
    lon, lat = data.ways.lon, data.ways.lat
    crs = local_crs(bbox_polygon(lon.min(), lat.min(), lon.max(), lat.max()))
    network = build_network(data.ways, crs=crs).network
    objects = data.objects.to_crs(crs)
    tags = objects["tags"]
    found = {
        "kilometres": round(float(network.length_mm.sum()) / 1e6),
        "buildings": sum("building" in row for row in tags),
        "things": sum(
            not row.keys().isdisjoint(("amenity", "shop", "leisure", "tourism", "healthcare")) for row in tags
        ),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
