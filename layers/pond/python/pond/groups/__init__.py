"""Where they live: groups, seats, allocation, membership."""
