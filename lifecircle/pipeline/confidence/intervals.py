"""What an audit offers about how sure it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from lifecircle.model.uncertainty import Interval, Uncertainty
    from lifecircle.pipeline.audit import Audit
    from lifecircle.pipeline.confidence.uncertainty import UncertaintyRequest


class Doubted:
    """What was audited can say how sure it is."""

    def uncertainty(self, request: UncertaintyRequest | None = None) -> Uncertainty:
        """Return the 90 % interval from error in the data; see `uncertainty`."""
        from lifecircle.pipeline.confidence.uncertainty import uncertainty  # which looks at audits

        return uncertainty(cast("Audit", self), request=request)

    def interval(self, request: UncertaintyRequest | None = None) -> Interval | None:
        """Return the 90 % interval of the headline; None where no circle counts."""
        known = cast("Audit", self).coverage.uncertainty if request is None else None
        return (known or self.uncertainty(request)).headline

    def with_uncertainty(self, request: UncertaintyRequest | None = None) -> Audit:
        """Return the audit with its interval, for the summary and the files."""
        audit = cast("Audit", self)
        return replace(audit, coverage=replace(audit.coverage, uncertainty=self.uncertainty(request)))
