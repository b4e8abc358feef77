"""`make check`: what a change must not bring in - secrets in files, dependencies that are not pinned or not allowed."""
