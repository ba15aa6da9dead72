"""Pictures and labels written for other programs: one file a format."""
