"""How sure an audit is: intervals from data error, and sensitivity to definitions."""
