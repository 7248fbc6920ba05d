"""People and organisations: who logs in, which stores are theirs, what they may do, and how they are told."""
