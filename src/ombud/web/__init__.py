"""Pages for sellers, operators and buyers: server-rendered, and usable without scripts."""
