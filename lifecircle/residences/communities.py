"""Which community an origin belongs to."""

import geopandas as gpd
import numpy as np

from lifecircle.errors import SchemaError
from lifecircle.residences.land import Shapes, areas_of, first_within

COMMUNITY_COLUMNS = ("id", "name")


def community_ids(points: Shapes, *, communities: gpd.GeoDataFrame) -> Shapes:
    """Return the id of the community around each point.

    Parameters
    ----------
    points : object array of Points
        Representative points of the origins.
    communities : GeoDataFrame
        Columns ``id`` and ``name``, polygons, same CRS.

    Returns
    -------
    object array of str
        "" outside every community; on a shared border the smaller id.

    Raises
    ------
    SchemaError
        If a column is missing, an id is missing or repeated, or no row is a polygon.
    """
    missing = [name for name in COMMUNITY_COLUMNS if name not in communities.columns]
    if missing:
        raise SchemaError(f"communities: missing columns {missing}; the table has {list(communities.columns)}")
    if communities["id"].isna().any():
        row = int(np.flatnonzero(communities["id"].isna())[0]) + 1
        raise SchemaError(f"communities, row {row}: id is empty: give every community an id of its own")
    keyed = communities.set_index(communities["id"].astype(str))
    if not keyed.index.is_unique:
        repeated = sorted(set(keyed.index[keyed.index.duplicated()]))[:5]
        raise SchemaError(f"communities, column id: repeated ids {repeated}: dissolve their polygons into one row each")
    polygons = areas_of(keyed, wanted=np.ones(len(keyed), dtype=bool))
    if polygons.empty:
        kinds = sorted({str(kind) for kind in communities.geom_type})
        raise SchemaError(f"communities: no row is a polygon, found {kinds}: give the communities' outlines")
    ids = np.append(polygons.index.to_numpy(dtype=object), "")
    return ids[first_within(points, polygons=polygons.geometry.to_numpy())].astype(object)
