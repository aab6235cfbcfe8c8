"""Communities from a file or the extract, and official codes joined by name."""

import json

import geopandas as gpd
import openpyxl
import pytest
import shapely

from lifecircle.errors import ConfigError, SchemaError
from lifecircle.sources.communities import communities_from_osm, read_communities
from lifecircle.sources.community_codes import join_codes, name_parts, read_codes, read_reviewed

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
BOW_TIE = [[2, 0], [3, 1], [3, 0], [2, 1], [2, 0]]


def geojson(folder, *features):
    content = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for properties, ring in features
        ],
    }
    path = folder / "areas.geojson"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def test_ids_names_and_outlines_that_cross_themselves(tmp_path):
    path = geojson(tmp_path, ({"no": 7, "name": "棉一东社区"}, SQUARE), ({"no": 8, "name": "b"}, BOW_TIE))
    frame, (note,) = read_communities(path, id_column="no", name_column="name")
    assert frame["id"].tolist() == ["7", "8"]
    assert frame["name"].tolist() == ["棉一东社区", "b"]
    # A bow tie of two triangles, a quarter of the unit square each.
    assert shapely.area(frame.geometry.to_numpy()).tolist() == [1.0, 0.5]
    assert note.en == "areas.geojson: 1 outlines cross themselves and were mended (id 8): check them."
    assert "id 8" in note.zh


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id_column": "code"}, "areas.geojson: no column 'code'; it has no, name"),
        ({"id_column": "no", "name_column": "geometry"}, "no column 'geometry'"),
        ({"id_column": "name"}, "column 'name' is empty in row 2: give every community an id"),
    ],
)
def test_refused(tmp_path, columns, message):
    path = geojson(tmp_path, ({"no": 1, "name": "a"}, SQUARE), ({"no": 2, "name": None}, SQUARE))
    with pytest.raises(SchemaError, match=message):
        read_communities(path, **columns)


def objects(*rows):
    tags = [{"boundary": "administrative", "admin_level": level, "name": name} for _, level, name, _ in rows]
    shapes = [shapely.box(x, 0, x + 1, 1) for *_, x in rows]
    return gpd.GeoDataFrame({"tags": tags}, geometry=shapes, index=[row[0] for row in rows], crs="EPSG:4326")


def test_communities_of_a_level_in_the_extract():
    data = objects(("r1", "10", "甲", 0), ("r2", "10", "", 1), ("r3", "8", "区", 0), ("r4", "10", "乙", 9))
    frame, _ = communities_from_osm(data, admin_level=10, boundary=shapely.box(0.5, 0.2, 1.5, 0.8))
    assert dict(zip(frame["id"], frame["name"], strict=True)) == {"r1": "甲", "r2": "r2"}
    # The ring of an exclave carries its commune's tags too.
    ring = objects(("r1", "10", "甲", 0), ("w7", "10", "甲", 0), ("w8", "10", "乙", 1))
    frame, _ = communities_from_osm(ring, admin_level=10, boundary=shapely.box(0.5, 0.2, 1.5, 0.8))
    assert frame["id"].tolist() == ["r1", "w8"]
    with pytest.raises(ConfigError, match=r"osm_admin_level 9: .* levels there: 10 \(2\), 8 \(1\)"):
        communities_from_osm(data, admin_level=9, boundary=shapely.box(0.5, 0.2, 1.5, 0.8))


OFFICIAL = """code,name
410602001001,西一巷社区居民委员会
410602001002,西二巷社区居民委员会
410602001003,阳光社区居委会
410602001200,张庄村民委员会
410602001201,阳光村村民委员会
410602002001,广场社区居民委员会
410603002001,广场社区居民委员会
130102001001,棉一东社区居民委员会
410602003001,鹤煤集团第三生活区社区居民委员会
"""


@pytest.fixture
def official(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_text(OFFICIAL, encoding="utf-8-sig")
    return read_codes(path, code_column="code", name_column="name", prefix="4106")


def areas(*names):
    shapes = [shapely.box(n, 0, n + 1, 1) for n in range(len(names))]
    return gpd.GeoDataFrame({"id": [f"c{n}" for n in range(len(names))], "name": names}, geometry=shapes)


@pytest.mark.parametrize(
    ("name", "how", "code"),
    [
        ("西一巷社区", "exact", "410602001001"),
        ("西一巷", "exact", "410602001001"),
        ("阳光社区", "exact", "410602001003"),
        ("阳光村", "exact", "410602001201"),  # a village is no community
        ("张庄", "exact", "410602001200"),
        ("张庄社区", "none", ""),
        ("西三巷社区", "none", ""),  # a numeral apart is another place
        ("棉一东社区", "none", ""),  # of another city
        ("广场社区", "ambiguous", ""),
        ("鹤煤集团第三生活小区社区", "fuzzy", "410602003001"),
        ("鹤煤集团第四生活区社区", "none", ""),
    ],
)
def test_codes_by_name(official, name, how, code):
    frame, review, _ = join_codes(areas(name), official)
    assert frame["code"].tolist() == [code]
    assert review["match"].tolist() == ([] if how == "exact" else [how])


def test_a_code_is_given_once_and_the_review_can_be_fed_back(official, tmp_path):
    frame, review, (note,) = join_codes(areas("广场社区", "西一巷社区", "西一巷"), official)
    assert frame["code"].tolist() == ["", "", ""]
    assert review["match"].tolist() == ["ambiguous"] * 3
    assert review[["candidate_code", "runner_up_code"]].iloc[0].tolist() == ["410602002001", "410603002001"]
    assert note.warning
    assert "0 of 3 communities have one" in note.en
    path = tmp_path / "communities_review.csv"
    filled = review.assign(code=["410603002001", "", ""])
    path.write_bytes(filled.to_csv(index=False).encode("utf-8-sig"))
    frame, review, _ = join_codes(areas("广场社区", "西一巷社区", "西一巷"), official, reviewed=read_reviewed(path))
    assert frame["code"].tolist() == ["410603002001", "", ""]
    assert review["match"].tolist() == ["reviewed", "ambiguous", "ambiguous"]


def test_lists_that_cannot_be_used(official, tmp_path):
    with pytest.raises(SchemaError, match=r"codes that the official list does not hold: .*c0 -> 9"):
        join_codes(areas("广场社区"), official, reviewed={"c0": "9"})
    path = tmp_path / "codes.csv"
    with pytest.raises(SchemaError, match="no code begins with '77'"):
        read_codes(path, code_column="code", name_column="name", prefix="77")
    with pytest.raises(SchemaError, match="no header row with 代码 / name"):
        read_codes(path, code_column="代码", name_column="name")
    openpyxl.Workbook().save(path)
    with pytest.raises(SchemaError, match="it holds no rows"):
        read_codes(path, code_column="code", name_column="name")
    path.write_text("code,name\n1,a\n1,b\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="row 3: code 1 occurs twice"):
        read_codes(path, code_column="code", name_column="name")


def test_official_names_match_themselves(real_data):
    """Every official name of Hebi, as maps write it (社区, no 居民委员会), finds its own code unless two share it."""
    path = real_data / "nbs_communities_6cities.csv"
    official = read_codes(path, code_column="code", name_column="name", prefix="4106")
    assert len(official) == 1041
    short = {"community": "社区", "village": "村", "": ""}
    names = [name_parts(one.name)[1] + short[one.kind] for one in official]
    frame, review, _ = join_codes(areas(*names), official)
    unique = [names.count(name) == 1 for name in names]
    assert [code for code, one in zip(frame["code"], unique, strict=True) if one] == [
        official.code for official, one in zip(official, unique, strict=True) if one
    ]
    assert sum(unique) > 970
    assert set(review["match"]) == {"ambiguous"}
