"""A file -> what it says: its text, language, dates, numbers, signatures, pictures, the length of a video.

It knows no rulebook, no case and no store, and of the rest of Ombud imports pure modules of `ombud.domain` alone. What
comes out is a list of `Said`; what it means for a case is judged in `ombud.domain.judging`. Files are hostile until
proven otherwise, so outside of tests everything here runs in the confined workers of `ombud.inspect.pool`.
"""

VERSION = "2"
"""Of what is read and how. What was read is kept by the hash of a file and this: raise it whenever the same file would
give other answers, and files are read anew where somebody asks; what was ruled on keeps what it went by."""
