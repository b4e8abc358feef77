"""Pond 鱼塘: the backend of a private-domain community, from a scanned code to a seat in a group."""
