"""The data dictionary of published counts, proximity times and comparisons."""

from collections.abc import Mapping

Columns = Mapping[str, tuple[str, str, str]]

PUBLISHED: Columns = {
    "id": ("text", "", "circle or facility type"),
    "name_zh": ("text", "", ""),
    "name_en": ("text", "", ""),
    "value": ("number", "", "the published count (公布数)"),
    "unit_zh": ("text", "", "what is counted where it is no places (beds, parking spaces); else empty"),
    "unit_en": ("text", "", ""),
    "counts": ("text", "", "stock, works, planned or done"),
    "planned": ("number", "", "beside a count of what was done; else empty"),
    "of_zh": ("text", "", "what was counted"),
    "of_en": ("text", "", ""),
    "area_zh": ("text", "", "where"),
    "area_en": ("text", "", ""),
    "as_of": ("text", "", "when"),
    "source_zh": ("text", "", "who says so"),
    "source_en": ("text", "", ""),
    "mapped": ("integer", "objects", "inside the study; empty where they are not the same kind of thing"),
    "ratio": ("number", "", "mapped / published, of a stock alone; it need not count the same things"),
}
PROXIMITY: Columns = {
    "category": ("text", "", "circle; the last row, `all`, is the mean over the assessable ones"),
    "defined_share": ("number", "0..1", "of the study's weight with a proximity time"),
    "pt_min": ("number", "minutes", "weighted mean proximity time; empty unless all of the weight has one"),
    "f15": ("number", "0..1", "of the study's weight with a proximity time of 15 minutes or less"),
    "f15_upper": ("number", "0..1", "the same with what has no proximity time"),
    "gini": ("number", "0..1", "of the proximity time over the weight; empty unless all of it has one"),
}
CHANGES: Columns = {
    "circle": ("text", "", "id of the circle"),
    "change": ("text", "", "gained, lost, to_unknown or from_unknown"),
    "residence_id": ("text", "", "in the second audit"),
    "residence_id_a": ("text", "", "in the first audit"),
    "match": ("text", "", "the two are one by id or by place"),
    "name": ("text", "", ""),
    "status_a": ("text", "", "in the first audit; `_b`: in the second"),
    "status_b": ("text", "", ""),
    "reason_a": ("text", "", "why unknown; else empty"),
    "reason_b": ("text", "", ""),
    "minutes_a": ("number", "minutes", "to the deciding item; inf beyond the search; empty for rules in metres"),
    "minutes_b": ("number", "minutes", ""),
    "facility_a": ("text", "", "that serves"),
    "facility_b": ("text", "", ""),
    "weight": ("number", "the second study's weight", ""),
    "cause": ("text", "", "new, closed, unknown, network, both, question, not_split or layer; of gains and losses"),
    "evidence": ("text", "", "what tells the age of the facility, as in *facility_changes*"),
    "lon": ("number", "degrees, WGS-84", ""),
    "lat": ("number", "degrees, WGS-84", ""),
}
FACILITY_CHANGES: Columns = {
    "change": ("text", "", "new (in the second map only) or gone (in the first only)"),
    "facility_id": ("text", "", ""),
    "object_id": ("text", "", ""),
    "type": ("text", "", ""),
    "name": ("text", "", ""),
    "source": ("text", "", ""),
    "cause": ("text", "", "new, closed or unknown"),
    "evidence": (
        "text",
        "",
        "dated_after, dated_before, seen_before, retagged, mapped_before, end_date, listed, contradictory or none",
    ),
    "date": ("text", "", "the tag that says so"),
    "version": ("integer", "", "of the object; 0 where the map does not tell"),
    "timestamp": ("text", "", "of that version; empty where the map does not tell"),
    "lon": ("number", "degrees, WGS-84", ""),
    "lat": ("number", "degrees, WGS-84", ""),
}
