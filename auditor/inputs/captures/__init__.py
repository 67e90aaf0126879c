"""Packet captures (pcap, pcapng): from packets to SIP messages with the transport that each was seen on.

dpkt reads pcap files and the layers of a packet, python-pcapng the blocks of a pcapng file.  Everything in a capture
is hostile: its size, its packets and its messages are bounded, and what cannot be read is counted and said.
"""

from auditor.inputs.captures.containers import MAX_BYTES, is_capture
from auditor.inputs.captures.read import load_capture

__all__ = ["MAX_BYTES", "is_capture", "load_capture"]
