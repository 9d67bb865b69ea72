# SPDX-License-Identifier: Apache-2.0
"""ES256 with nothing but Python: enough to sign as a test client. Slow and not constant in time, so it is
for throw-away keys only."""
import base64
import hashlib
import json
import secrets

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    slope = ((3 * p[0] * p[0] - 3) * pow(2 * p[1], -1, P) if p == q else (q[1] - p[1]) * pow(q[0] - p[0], -1, P)) % P
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def multiply(k, point):
    result = None
    while k:
        if k & 1:
            result = add(result, point)
        point, k = add(point, point), k >> 1
    return result


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def private_number(pem):
    """The scalar of a PKCS#8 P-256 key: the octet string of 32 bytes behind ECPrivateKey's version."""
    der = base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))
    start = der.index(b"\x02\x01\x01\x04\x20") + 5
    return int.from_bytes(der[start:start + 32], "big")


def sign_jwt(pem, header, claims):
    text = ".".join(base64url(json.dumps(part).encode()) for part in (dict(header, alg="ES256"), claims))
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    while True:
        k = secrets.randbelow(N - 1) + 1
        r = multiply(k, G)[0] % N
        s = pow(k, -1, N) * (digest + r * private_number(pem)) % N
        if r and s:
            return text + "." + base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
