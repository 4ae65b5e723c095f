"""Checks signatures the way a Python receiver following either documentation would.

Reads a JSON list of {"dialect", "secret", "signature", "body_base64"} on standard input and writes a JSON list of booleans.
A check that raises counts as a refusal, as it would be an error page in a web framework.
"""

import base64
import hashlib
import hmac
import json
import sys


def hex_of(secret, body):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def validibot(body, header, secret):
    """Bytes in, whole header compared."""
    return hmac.compare_digest("sha256=" + hex_of(secret, body), header)


def validgraph(body, header, secret):
    """The body passes through text, and the header is cut at its equals sign."""
    text = body.decode()
    signature = header.split("=")[1]
    return hmac.compare_digest(hex_of(secret, text.encode()), signature)


RECEIVERS = {"validibot": validibot, "validgraph": validgraph}


def accepted(case):
    body = base64.b64decode(case["body_base64"])
    try:
        return RECEIVERS[case["dialect"]](body, case["signature"], case["secret"])
    except (TypeError, ValueError, IndexError):
        return False


if __name__ == "__main__":
    json.dump([accepted(case) for case in json.load(sys.stdin)], sys.stdout)
