"""What happened: whom we reach, and the backup of it."""
