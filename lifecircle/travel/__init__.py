"""Walking times between snapped points: the search kernels and what they answer.

In: a `WalkNetwork`, its `Impedance`, snapped residences and facilities (`nearest.Endpoints`).
Out: `NearestTimes`, in whole milliseconds or millimetres.
Not here: building and snapping (network), thresholds and verdicts (coverage), files, drawing.
To add one: a module that asks `search.least_keys` for what it needs and returns a noun of model.travel.
"""
