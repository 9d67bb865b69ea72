// SPDX-License-Identifier: Apache-2.0
//
// Which addresses a transfer may go to. Asked with the very address that is about to be connected to, after
// every name was resolved: a name that changes its address between check and use (DNS rebinding) gains nothing.
#pragma once

#include <cstddef>

struct sockaddr;

namespace meisai::transport {

/// Outside a sandbox: addresses of the public internet and nothing else (no loopback, private, link-local, shared,
/// multicast, reserved or metadata address, in no notation). In a sandbox: loopback and nothing else.
[[nodiscard]] bool address_allowed(const sockaddr* address, std::size_t length, bool sandbox) noexcept;

}  // namespace meisai::transport
