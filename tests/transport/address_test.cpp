// SPDX-License-Identifier: Apache-2.0
//
// Which addresses may be connected to, in every notation that ends as a socket address.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "transport/address_check.h"

namespace {

bool allowed(const std::string& text, bool sandbox) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1)
    return meisai::transport::address_allowed(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, sandbox);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  REQUIRE(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1);
  return meisai::transport::address_allowed(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, sandbox);
}

}  // namespace

TEST_CASE("public addresses are allowed outside a sandbox only") {
  const auto* const address =
      GENERATE("8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
               "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
               "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15",
               "2001:4860:4860::8888", "2606:4700::1111", "2001:200::1", "2400::1", "64:ff9b::8.8.8.8");
  INFO(address);
  CHECK(allowed(address, false));
  CHECK_FALSE(allowed(address, true));
}

TEST_CASE("everything else is refused, in a sandbox too") {
  const auto* const address = GENERATE(
      "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
      "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1",
      "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
      "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
      "::127.0.0.1", "::8.8.8.8", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "100::1",
      "2001:db8::1", "2001::1", "2001:10::1", "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "64:ff9b::127.0.0.1",
      "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "5f00::1");
  INFO(address);
  CHECK_FALSE(allowed(address, false));
  CHECK_FALSE(allowed(address, true));
}

TEST_CASE("loopback is allowed in a sandbox only") {
  const auto* const address = GENERATE("127.0.0.1", "127.0.0.2", "127.255.255.255", "::1");
  INFO(address);
  CHECK(allowed(address, true));
  CHECK_FALSE(allowed(address, false));
}

TEST_CASE("what is no internet address is refused") {
  sockaddr_un path{};
  path.sun_family = AF_UNIX;
  sockaddr_in cut{};
  cut.sin_family = AF_INET;
  cut.sin_addr.s_addr = htonl(0x08080808);
  for (const bool sandbox : {false, true}) {
    CHECK_FALSE(meisai::transport::address_allowed(nullptr, 0, sandbox));
    CHECK_FALSE(meisai::transport::address_allowed(reinterpret_cast<const sockaddr*>(&path), sizeof path, sandbox));
    CHECK_FALSE(meisai::transport::address_allowed(reinterpret_cast<const sockaddr*>(&cut), 4, sandbox));
  }
}
