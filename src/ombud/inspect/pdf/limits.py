"""How much of a PDF is read, and which tool reads it."""

from __future__ import annotations

import pypdfium2

TOOL = "pypdfium2"
VERSION = str(pypdfium2.version.PYPDFIUM_INFO.version)

MOST_PAGES = 5_000
"""A file of more pages is a problem: nobody reads it within the time that a case has."""
PAGES_READ = 60
"""Pages whose text and pictures are read: waybills, slips and letters have under ten, a customs file some dozens."""
MOST_LINES = 400
MOST_TEXT = 40_000
"""Characters of text read of one file."""
LINE_LENGTH = 300
LARGEST_PAGE = 14_400
"""Points on either side: what the PDF standard allows (200 inches), and no more is drawn by most readers."""
LETTERS_READ = 120_000
"""Letters of one file that are looked at, seen or not: about 1 s."""
MOST_OBJECTS = 200_000
"""Objects of one file that are looked at, for what covers its text and for its pictures: about 1 s. A page of
text has some hundreds."""
MOST_COMPARED = 500_000
"""Pairs of a run of letters and a shape of one page that are compared: about 1 s. The largest shapes come first."""
MOST_PICTURES = 30
"""Pictures of one file that are decoded."""
SMALLEST_PICTURE = 128
"""Pixels on either side: below are logos, stamps and lines."""
PICTURE_PIXELS = 40_000_000
"""Pixels of one picture that is decoded: A4 at 600 dpi has 35 million."""
ALL_PICTURE_PIXELS = 120_000_000
"""Pixels of all pictures decoded of one file: about 2 s of CPU."""
RENDERED_PIXELS = 36_000_000
"""Pixels of a drawn page: A4 at 600 dpi. A larger page is drawn coarser."""
OTHERS_OCR = 0.6
"""Confidence in the text that a scanner's software has laid beneath its picture: it is as good as that software, and
nobody sees it."""
