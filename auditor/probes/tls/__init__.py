"""TLS on the wire: a ClientHello out, a server flight in, one handshake, and the controls that confirm rejections."""
