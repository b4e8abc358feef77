"""How pages are served: app factory, sessions, views, templates, assets."""
