"""Coverage by group: columns and words."""

# One row per attribute, circle and group.
EQUITY_COLUMNS = (
    "by",  # the attribute; "age_group", "own_group"
    "group",
    "circle",  # or "all_circles": the joint verdict
    "residences",  # of the group, with any weight
    "weight",  # of the group, in the study's weight (people, where a group of people is the weight)
    "weight_share",  # of all groups together
    "share",  # of the group's weight that is covered
    "share_upper",
    "mean",  # covered share of all groups together
    "gap_to_mean",  # share less mean
    "worst_decile",  # of the tenth of the groups with the lowest share
)
ALL_CIRCLES = "all_circles"
UNKNOWN_GROUP = "(unknown)"
AGE_GROUP, OWN_GROUP, COMMUNITY = "age_group", "own_group", "community"
