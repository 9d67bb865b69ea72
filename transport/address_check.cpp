// SPDX-License-Identifier: Apache-2.0
//
// IPv4: a list of what is not public (IANA special-purpose registry, and the metadata services that hide in
// public ranges). IPv6: only 2000::/3 without its special blocks, so a new special block outside is refused by
// itself; NAT64 is judged by the IPv4 address in it, the other forms that carry one are refused.
#include "transport/address_check.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace meisai::transport {
namespace {

struct Block {
  std::uint32_t base;
  unsigned bits;
};

constexpr std::uint32_t quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

constexpr std::array not_public = {
    Block{quad(0, 0, 0, 0), 8},         // this network, unspecified
    Block{quad(10, 0, 0, 0), 8},        // private
    Block{quad(100, 64, 0, 0), 10},     // shared by carriers (CGNAT); metadata of some clouds
    Block{quad(127, 0, 0, 0), 8},       // loopback
    Block{quad(168, 63, 129, 16), 32},  // a cloud's metadata service
    Block{quad(169, 254, 0, 0), 16},    // link-local, metadata
    Block{quad(172, 16, 0, 0), 12},     // private
    Block{quad(192, 0, 0, 0), 24},      // protocol assignments, metadata
    Block{quad(192, 0, 2, 0), 24},      // documentation
    Block{quad(192, 88, 99, 0), 24},    // 6to4 relays
    Block{quad(192, 168, 0, 0), 16},    // private
    Block{quad(198, 18, 0, 0), 15},     // benchmarks
    Block{quad(198, 51, 100, 0), 24},   // documentation
    Block{quad(203, 0, 113, 0), 24},    // documentation
    Block{quad(224, 0, 0, 0), 4},       // multicast
    Block{quad(240, 0, 0, 0), 4},       // reserved, broadcast
};

bool inside(std::uint32_t address, Block block) {
  const std::uint32_t mask = ~std::uint32_t{0} << (32U - block.bits);
  return (address & mask) == block.base;
}

bool allowed_v4(std::uint32_t address, bool sandbox) {
  if (sandbox) return inside(address, {quad(127, 0, 0, 0), 8});
  return std::ranges::none_of(not_public, [address](Block block) { return inside(address, block); });
}

using Bytes16 = std::array<std::uint8_t, 16>;

bool starts_with(const Bytes16& address, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

bool allowed_v6(const Bytes16& address, bool sandbox) {
  constexpr Bytes16 loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  if (sandbox) return address == loopback;
  if (starts_with(address, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))  // NAT64
    return allowed_v4(quad(address[12], address[13], address[14], address[15]), false);
  if ((address[0] & 0xe0U) != 0x20U) return false;  // everything but global unicast
  const bool protocol_assignments = address[0] == 0x20 && address[1] == 0x01 && address[2] < 0x02;  // 2001::/23
  const bool documentation =
      starts_with(address, {0x20, 0x01, 0x0d, 0xb8}) || (starts_with(address, {0x3f, 0xff}) && address[2] < 0x10);
  const bool six_to_four = starts_with(address, {0x20, 0x02});
  return !protocol_assignments && !documentation && !six_to_four;
}

}  // namespace

bool address_allowed(const sockaddr* address, std::size_t length, bool sandbox) noexcept {
  if (address == nullptr) return false;
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return allowed_v4(ntohl(v4.sin_addr.s_addr), sandbox);
  }
  if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    Bytes16 bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return allowed_v6(bytes, sandbox);
  }
  return false;
}

}  // namespace meisai::transport
