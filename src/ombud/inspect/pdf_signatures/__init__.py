"""The digital signatures of a PDF: whether what it says is still what was signed.

Integrity only: nobody is asked whether a certificate is trusted or revoked, and the network is not used.
"""

from ombud.inspect.pdf_signatures.reading import read

__all__ = ["read"]
