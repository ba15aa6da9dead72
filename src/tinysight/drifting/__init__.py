"""`tinysight drift`: traffic from files or from what a service has kept, compared with a version's reference."""
