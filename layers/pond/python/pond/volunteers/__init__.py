"""Who serves the groups, and who sells: volunteers, leads, heads, distributors."""
