"""A matplotlib figure that a notebook shows as it is printed."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from lifecircle.outputs.figures.paper import drawing, write_png


class PrintedFigure(Figure):
    """A figure that knows its language: whoever draws it later needs its fonts."""

    language = "en"

    def _repr_png_(self) -> bytes:
        """Show the figure in a notebook, without a backend of matplotlib's."""
        page = io.BytesIO()
        with drawing(self.language):
            write_png(self, page)
        return page.getvalue()
