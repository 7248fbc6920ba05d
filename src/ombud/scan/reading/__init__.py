"""How a facts folder is read: its files, their values, their rows among each other. `ombud.scan.folder` is the door."""
