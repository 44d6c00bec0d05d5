"""How a change of ``environments/`` becomes a change of AWS."""
