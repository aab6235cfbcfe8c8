"""Write docs/examples/facilities_zh.xlsx: a list of facilities as a planner keeps it, with all the usual faults.

Names are invented; places lie around the east campus of China Agricultural University in Beijing, in GCJ-02 as map
providers give them. Run ``python tools/make_example_list.py``; the same version of XlsxWriter writes the same bytes.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from lifecircle.sources.datum import wgs84_to_gcj02

OUT = Path(__file__).resolve().parents[1] / "docs" / "examples" / "facilities_zh.xlsx"
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
HEADER = (
    ("序号", "设施名称", "设施类型", "高德坐标", "", "详细地址", "床位数\n(张)", "备注"),
    ("", "", "", "经度", "纬度", "", "", ""),
)
# name, type, WGS-84 longitude and latitude (or what stands in their cells), address, beds, remark
ROWS: tuple[tuple[object, ...], ...] = (
    ("清晨社区服务站", "社区服务站", 116.34902, 40.00512, "清华东路17号", "", ""),
    ("石板房便民服务中心", "便民服务中心", 116.35361, 40.00231, "石板房南路6号", "", ""),
    ("小月河社区卫生服务站", "社区卫生服务站", 116.35552, 40.00418, "小月河东畔路12号", "", ""),
    ("双泉诊所", "诊所", 116.35698, 40.00655, "双泉堡西路3号", "", ""),
    ("惠民大药房(清华东路店)", "药店", 116.34713, 40.00105, "清华东路21号", "", ""),
    ("惠民大药房(学清路店)", "药店", 116.35190, 40.00742, "学清路8号", "", ""),
    ("松龄养老驿站", "养老驿站", 116.34811, 40.00347, "清华东路27号院", "３０张", "全角数字"),
    ("晚晴日间照料中心", "日间照料", 116.35443, 40.00086, "志新西路2号", "约20个床位", ""),
    ("安和养老院", "养老院", 116.35710, 40.00249, "小月河东路15号", 120, ""),
    ("读者书屋", "社区书屋", "full width", (116.35012, 40.00601), "学清路16号", "", "全角坐标"),
    ("小月河文化活动站", "文化站", "degrees", (116.35620, 40.00530), "小月河东畔路9号", "", "度分秒"),
    ("学清路幼儿园", "幼儿园", "swapped", (116.35233, 40.00480), "学清路10号", "", "经纬度颠倒"),
    ("双泉堡小学", "小学", 116.35802, 40.00711, "双泉堡西路8号", "", ""),
    ("石板房中学", "中学", 116.35388, 40.00150, "石板房南路12号", "", ""),
    None,
    ("清东菜市场", "菜市场", 116.34655, 40.00432, "清华东路30号", "", ""),
    ("邻里便利店", "便利店", 116.35125, 40.00321, "学清路22号", "", ""),
    ("邻里便利店", "便利店", 116.35126, 40.00322, "学清路22号", "", "重复录入"),
    ("邻里便利店", "便利店", 116.35655, 40.00150, "志新西路5号", "", "同名分店"),
    ("百姓超市", "超市", 116.34980, 40.00188, "同上", "", ""),
    ("学清路健身广场", "健身广场", 116.35288, 40.00611, "", "", ""),
    ("口袋公园", "口袋公园", 116.35480, 40.00688, "", "", ""),
    ("公共厕所(学清路)", "公厕", 116.35166, 40.00255, "", "", ""),
    ("快修铺", "家电维修", 116.34870, 40.00075, "学院路18号", "", ""),
    ("洁净洗衣", "洗衣店", 116.35590, 40.00322, "", "", ""),
    ("街角咖啡", "咖啡馆", 116.35010, 40.00200, "学清路2号", "", "不在类型目录中"),
    ("待建养老服务中心", "养老服务中心", "待定", "待定", "", "若干", "既无坐标也无地址"),
    ("静淑苑社区居委会", "居委会", "", "", "海淀区静淑苑", "", "只有地址"),
    ("富润家园药房", "药店", "", "", "北京市海淀区富润家园", "", "只有地址"),
    ("清东社区书房", "图书馆", "", "", "海淀区清华东路27号院", "", "只有地址"),
    ("学院路卫生站", "社区卫生服务站", 0, 0, "学院路丁11号", "", "坐标为 0"),
    ("双泉堡幼儿园", "幼儿园", "", "", "北京市朝阳区双泉堡甲2号", "", "只有地址"),
    ("大华超市", "超市", "", "", "大华花园别墅", "", "只有地址"),
    ("月河药店", "药店", "116.36.18", "40.00.18", "小月河东畔路16号院", "", "坐标写法有误"),
    ("派出所警务站", "派出所", 116.351, 40.005, "", "", "坐标只有三位小数"),
    ("公交学清路站", "公交站", 116.35201, 40.00399, "", "", ""),
)


def _degrees(value: float) -> str:
    whole, rest = divmod(round(value * 360_000), 360_000)
    minutes, hundredths = divmod(rest, 6_000)
    return f"{whole}°{minutes:02d}'{hundredths / 100:05.2f}\""


def _place(x: object, y: object) -> tuple[object, object]:
    """Return the cells of a place as somebody typed them."""
    if isinstance(x, float) and isinstance(y, float):
        decimals = 3 if round(x, 3) == x else 6
        return tuple(round(float(value), decimals) for value in wgs84_to_gcj02(x, y))
    if not isinstance(y, tuple):
        return x, y
    lon, lat = (round(float(value), 6) for value in wgs84_to_gcj02(*y))
    if x == "swapped":
        return lat, lon
    if x == "degrees":
        return f"E{_degrees(lon)}", f"N{_degrees(lat)}"
    return f"{lon:.6f}".translate(FULL_WIDTH), f"{lat:.6f}".translate(FULL_WIDTH)


def make_example_list(out: Path) -> None:
    """Write the workbook to `out`."""
    book = xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "设施名单示例", "created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    page = book.add_worksheet("设施名单")
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True})
    page.merge_range(0, 0, 0, 7, "海淀区学清路片区便民设施名单(示例,名称均为虚构)", bold)
    page.write_row(1, 0, ["填表单位:示例街道办事处"])
    for column, (upper, lower) in enumerate(zip(*HEADER, strict=True)):
        if lower:
            page.write(3, column, lower, bold)
        elif upper:
            page.merge_range(2, column, 3, column, upper, bold)
    page.merge_range(2, 3, 2, 4, HEADER[0][3], bold)
    number = 0
    for row, cells in enumerate(ROWS, start=4):
        if cells is None:
            continue
        number += 1
        name, kind, x, y, *rest = cells
        page.write_row(row, 0, [number, name, kind, *_place(x, y), *rest])
    last = 4 + len(ROWS)
    page.write_row(last, 0, ["合计", "", "", "", "", "", 170])
    page.write_row(last + 1, 0, ["注:坐标取自高德地图(GCJ-02)。"])
    for column, width in enumerate((6, 26, 18, 18, 18, 26, 10, 18)):
        page.set_column(column, column, width)
    notes = book.add_worksheet("填表说明")
    notes.write_column(0, 0, ["一、名称与门牌一致。", "二、坐标可不填,但须填写详细地址。"])
    book.close()


if __name__ == "__main__":
    make_example_list(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
