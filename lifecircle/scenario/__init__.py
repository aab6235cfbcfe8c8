"""What-if: changes of a place.

In: a `Scenario`, and the prepared nouns of a place (`Ground`).
Out: edited nouns, what was touched, and every change that cannot be made, with its reason.
Not here: files, searches, verdicts; a scenario is a fresh run on the edited nouns.
To add one: a noun in `model.scenario`, the function that makes it, its line in the table of `apply`.
"""
