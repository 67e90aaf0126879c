"""The OCSP responder of OpenSSL, for an ``openssl ca`` in a folder."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.process import program


@contextmanager
def openssl_ocsp(folder: Path, port: int) -> Iterator[None]:
    """Answer for ``index.txt`` of the folder, signed with ``ca.key``.

    It says when it listens, and hangs for good when somebody only connects.
    """
    words = ["ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-ndays", "2"]
    command = [program("openssl"), *words, "-port", str(port), "-ignore_err"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            assert any("waiting for OCSP client connections" in line for line in process.stdout)
            yield
        finally:
            process.kill()
