"""The report: one content model, written as Word, HTML and PDF."""
