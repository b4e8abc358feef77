"""Where people come from: codes, followers, bookings, openings, admission."""
