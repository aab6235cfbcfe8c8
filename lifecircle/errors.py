"""Every error that lifecircle raises on purpose.

::

    LifecircleError
    +-- ConfigError (ValueError)        a study file or an option is wrong
    +-- SchemaError (ValueError)        a table does not have the columns or values it must
    +-- SourceError (OSError)           a file or service cannot be read, or is not what it says
    +-- NetworkError (ValueError)       the walking network cannot be built or used
    +-- DatumError (ValueError)         coordinates without, or with the wrong, datum
    +-- CutoffError (ValueError)        a question beyond the time that was searched
    +-- InfeasibleError (ValueError)    a request that no answer can satisfy

A message says what is wrong, where (file, row, column), the value seen and what to do.
"""


class LifecircleError(Exception):
    """Base of every error raised on purpose; catch this one at a front door."""


class ConfigError(LifecircleError, ValueError):
    """A study file, a standard or an option is wrong."""


class SchemaError(LifecircleError, ValueError):
    """A table does not have the columns or the values it must."""


class SourceError(LifecircleError, OSError):
    """A file or a service cannot be read, or is not what it says it is."""


class NetworkError(LifecircleError, ValueError):
    """The walking network cannot be built or used."""


class DatumError(LifecircleError, ValueError):
    """Coordinates come without a datum, or with an implausible one."""


class CutoffError(LifecircleError, ValueError):
    """A question reaches beyond the time that was searched."""


class InfeasibleError(LifecircleError, ValueError):
    """No answer can satisfy the request."""
