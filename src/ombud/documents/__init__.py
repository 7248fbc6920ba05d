"""Documents that leave the system as PDF: notices, ruling records, statements, dispute reports.

Each is built from what the store holds into plain blocks (`blocks`), and typeset from them (`typeset`). The same data
give the same bytes: nothing in a document depends on when or where it is drawn.
"""
