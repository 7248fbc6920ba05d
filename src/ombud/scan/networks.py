"""Whether an address lies in a network, as column expressions: IPv4 and IPv6, the same on every engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from ipaddress import ip_network
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir


def foreign_addresses(scans: ir.Table, networks: Mapping[str, Iterable[str]]) -> ir.Table:
    """The (carrier, source_ip) of `scans` that lie in none of their carrier's networks.

    Carriers without networks are not judged. There are few addresses, so only the distinct ones are read.
    """
    seen = scans.filter(scans.source_ip.notnull(), scans.carrier.isin(list(networks)))
    seen = seen.select("carrier", "source_ip").distinct()
    seen = seen.mutate(padded=padded(seen.source_ip))
    own = [
        (seen.carrier == carrier) & (seen.padded >= least) & (seen.padded <= most)
        for carrier, several in networks.items()
        for least, most in (_bounds(network) for network in several)
    ]
    return seen.filter(~reduce(or_, own)).select("carrier", "source_ip")


def padded(address: Any) -> Any:
    """The text of an address -> a text that sorts as addresses do: `4010001002003`, `620010db8...`.

    An IPv6 address with an IPv4 one at its end (`::ffff:10.0.0.1`) is read as that IPv4 address.
    """
    # Spark splits by a regular expression, so never by a dot.
    last = address.re_replace("^.*:", "").replace(".", "-").split("-")
    four = reduce(lambda text, part: text + part, (_pad(last[place], 3) for place in range(4)))
    groups = _written_out(address.lower()).split(":")
    six = reduce(lambda text, part: text + part, (_pad(groups[place], 4) for place in range(8)))
    return ibis.ifelse(address.contains("."), ibis.literal("4") + four, ibis.literal("6") + six)


def _written_out(address: Any) -> Any:
    """`2001:db8::1` -> `2001:db8:0:0:0:0:0:1`. Nothing is named twice: engines write it out each time."""
    colons = address.length() - address.replace(":", "").length()
    groups = colons - address.startswith("::").cast("int64") - address.endswith("::").cast("int64")
    zeros = ibis.literal("0:").repeat(ibis.greatest(8 - groups, 0))
    return address.replace("::", ibis.literal(":") + zeros).re_replace("^:|:$", "")


def _pad(part: Any, width: int) -> Any:
    return (ibis.literal("0" * width) + part).right(width)


def _bounds(network: str) -> tuple[str, str]:
    """The first and the last address of a CIDR, written as `padded` writes them."""
    both = ip_network(network, strict=False)
    ends = (both.network_address, both.broadcast_address)
    if both.version == 4:
        least, most = ("4" + "".join(part.zfill(3) for part in str(end).split(".")) for end in ends)
    else:
        least, most = ("6" + end.exploded.replace(":", "") for end in ends)
    return least, most
