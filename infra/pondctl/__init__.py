"""The operators' command line: programmes, channels, openings, groups, checks, dead letters, secrets."""
