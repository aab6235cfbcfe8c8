"""Facility tables written by hand, in metres from the middle of their own CRS."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lifecircle.model.area import local_crs

CRS = local_crs(shapely.Point(114.3, 35.7))


def rows(source, *things):
    """Facility rows: (object id, type, name, shape[, capacity, entrance kind])."""
    full = [(*thing, np.nan, "point")[:6] if len(thing) == 4 else (*thing, "point")[:6] for thing in things]
    frame = gpd.GeoDataFrame(
        {
            "object_id": pd.Series([one[0] for one in full], dtype=object),
            "type": pd.Series([one[1] for one in full], dtype=object),
            "name": pd.Series([one[2] for one in full], dtype=object),
            "capacity": np.array([one[4] for one in full], dtype=float),
            "source": pd.Series([source] * len(full), dtype=object),
            "lenient": np.zeros(len(full), dtype=bool),
            "area_m2": np.array([one[3].area for one in full], dtype=float),
            "merged": pd.Series([""] * len(full), dtype=object),
            "entrance_kind": pd.Series([one[5] for one in full], dtype=object),
            "entrances": gpd.GeoSeries([shapely.MultiPoint([one[3].representative_point()]) for one in full], crs=CRS),
        },
        geometry=gpd.GeoSeries([one[3] for one in full], crs=CRS),
        crs=CRS,
    )
    return frame.set_index(pd.Index(frame["object_id"] + ":" + frame["type"], dtype=object, name="facility_id"))


def at(x, y=0.0):
    return shapely.Point(x, y)
