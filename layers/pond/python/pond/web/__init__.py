"""How pages are served: app factory, visits, sessions, the person's true state, templates and assets."""
