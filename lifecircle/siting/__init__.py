"""Optimal places for new facilities, with a proven bound on how far from the best they can be.

In: candidate places, what each of them covers, the weight of everybody who lacks something.
Out: chosen sites, objective, bound and gap (``SitingPlan``).
Not here: searching walking times and drawing (the pipeline hands in reach and hands on plans).
To add one: a problem = one module over ``relief`` or ``joint``, and its name in ``model.siting_options.PROBLEMS``.
"""
