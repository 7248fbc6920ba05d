"""The pure core: no clock, no database, no files. Time is an argument named `at`; texts come in, values come out."""
