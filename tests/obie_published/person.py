# SPDX-License-Identifier: Apache-2.0
"""The person in front of the browser: opens the address, logs in, agrees, and follows to the loopback address that
the program listens at. Usage: person.py CA_FILE ADDRESS"""
import http.cookiejar
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

FORMS = {'value="login"': {"prompt": "login", "login": "hanako", "password": "x"},
         'value="consent"': {"prompt": "consent"}}


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def load(browser, url, form):
    try:
        with browser.open(url, form and urllib.parse.urlencode(form).encode(), timeout=30) as answer:
            return answer.read().decode(errors="replace"), None
    except urllib.error.HTTPError as error:
        with error:
            location = error.headers.get("location")
            return error.read().decode(errors="replace"), location and urllib.parse.urljoin(url, location)


def main(authority, url):
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), StayHere,
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=authority)),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form = None
    for _ in range(20):
        body, location = load(browser, url, form)
        form = None
        if location:
            url = location
        elif url.startswith("http://127.0.0.1:"):
            return 0
        else:
            form = next((fields for mark, fields in FORMS.items() if mark in body), None)
            if form is None:
                return 1
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
