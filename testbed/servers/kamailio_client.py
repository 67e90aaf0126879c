"""Kamailio as a client: it sends OPTIONS over TLS again and again, as it does to the members of a trunk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from testbed.process import free_ports
from testbed.servers import kamailio

_PINGS = """\
modparam("uac", "restore_mode", "none")
modparam("rtimer", "timer", "name=ping;interval=200000u;mode=1;")
modparam("rtimer", "exec", "timer=ping;route=PING")
request_route {{
  sl_send_reply("405", "Method Not Allowed");
}}
route[PING] {{
  $uac_req(method) = "OPTIONS";
  $uac_req(ruri) = "sip:127.0.0.1:{port};transport=tls";
  $uac_req(furi) = "sip:ping@sbc.example.net";
  $uac_req(turi) = $uac_req(ruri);
  uac_req_send();
}}
"""


@contextmanager
def pinging(
    port: int, settings: Sequence[str], files: tuple[str, str], server_name: str, directory: Path
) -> Iterator[None]:
    """Ping ``port`` until the block ends; ``settings`` are those of the TLS client, ``files`` certificate and CA."""
    certificate, ca = files
    (own,) = free_ports(["127.0.0.1"])
    pair = [f"certificate = {certificate}", f"private_key = {certificate}"]
    server = ["[server:default]", "method = TLSv1.2+", *pair]
    client = ["[client:default]", *pair, f"ca_list = {ca}", f"server_name = {server_name}", *settings]
    script = kamailio.Script(
        listens=(f"tls:127.0.0.1:{own}",),
        routes=_PINGS.format(port=port),
        profiles=("\n".join(server), "\n".join(client)),
        modules=("rr", "rtimer", "uac"),
    )
    with kamailio.start(script, [("127.0.0.1", own)], directory):
        yield
