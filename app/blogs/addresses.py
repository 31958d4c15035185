"""Which internet addresses Dingen speaks to on somebody's word: those of the public internet.

A table of our own: `ipaddress.is_global` of Python 3.11 says yes to NAT64, 6to4, IPv4-compatible loopback and
multicast.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address, ip_network

NOT_PUBLIC_4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network (RFC 791)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # shared by providers (RFC 6598)
        "127.0.0.0/8",  # loopback (RFC 1122)
        "169.254.0.0/16",  # link-local (RFC 3927), with the metadata services of clouds
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "198.18.0.0/15",  # benchmarking (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved (RFC 1112), with the limited broadcast
    )
)
PUBLIC_6 = ip_network("2000::/3")
"""Global unicast (RFC 4291). NAT64 (64:ff9b::), IPv4-mapped and -compatible, unique local, link-local and
multicast addresses are outside of it."""
NOT_PUBLIC_6 = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # protocol assignments (RFC 2928), with Teredo (2001::/32)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4 (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
)


def is_public(address: str) -> bool:
    """Whether it is the address of a host on the public internet; one with a scope never is."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in network for network in NOT_PUBLIC_4)
    if found.scope_id is not None or found not in PUBLIC_6:
        return False
    return not any(found in network for network in NOT_PUBLIC_6)


def addresses_of(host: str, port: int) -> Sequence[str]:
    """What the system's resolver knows: nothing for a host that is not there."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(where[0]) for *_, where in found))
