"""Why residences are not covered, and the changes that would cover them: names of columns and causes."""

# Why a residence is not covered, in order of precedence: of all that holds the first is the cause.
CAUSES = (
    "private_or_gate",  # in reach if closed and private ways were walked
    "steps",  # in reach if this walker used steps
    "just_missed",  # beyond the threshold by 2 minutes (of lengths 10 %) at most
    "no_facility",  # none within the threshold even as the crow flies
    "island",  # residence or facilities stand on a part of the network that is not joined to the other's
    "access_leg",  # the way to or from the street is what is too long, or in doubt
    "detour",  # within the threshold as the crow flies, beyond it along the streets
    "pending",  # of a user's layer: inside a polygon that is still to be done
)
# Further columns of gaps where causes were looked for.
GAP_CAUSE_COLUMNS = (
    "cause",  # of most weight, one of CAUSES
    "cause_share",  # of the gap's weight with that cause
    "detour_ratio",  # median walk over crow flight where a facility is within the threshold as the crow flies
)
# One row per circle and cause.
CAUSE_COLUMNS = (
    "circle",
    "cause",
    "residences",  # that are not covered for this cause
    "weight",
    "share",  # of the study's weight
    "also",  # residences for which it holds beside another cause
)

# One row per single change that would cover residences: of a whole circle (gap 0), or of one of its gaps.
FIX_COLUMNS = (
    "circle",
    "gap",  # 0: the whole circle
    "rank",  # heaviest gain first
    "change",  # new_facility | open_way | step_free
    "what",  # facility type; "way/123", "gate on way/123"
    "place",  # street, or ""
    "lon",
    "lat",
    "residences",  # that it alone would cover
    "weight",
    "share",  # of the study's weight
    "checked",  # the changed place was searched again and judged
)
