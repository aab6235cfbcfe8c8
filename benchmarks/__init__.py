"""Measured side by side with the peers: ``python -m benchmarks`` writes ``benchmarks/results.md``.

Every benchmark is one module with ``TITLE`` and ``run(size) -> Outcome``, named in `registry.MODULES`. It checks that
the results are equal before it times anything.
"""
