"""Who they are: phone proofs, registrations, identities."""
