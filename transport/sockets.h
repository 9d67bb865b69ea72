// SPDX-License-Identifier: Apache-2.0
//
// Every socket that libcurl uses, and which transfer uses it now. libcurl says good-bye on a TLS connection that
// it closes; a transfer that is broken off must not send another byte. So the socket is taken away from it first.
#pragma once

#include <cstdint>
#include <map>

namespace meisai::transport {

class SocketTable {
 public:
  using Ticket = std::uint64_t;

  SocketTable();
  SocketTable(const SocketTable&) = delete;
  SocketTable& operator=(const SocketTable&) = delete;
  ~SocketTable();

  /// Whether `cut` can keep its promise; false when the process had no file descriptors left.
  [[nodiscard]] bool ready() const noexcept { return dead_end_ >= 0; }

  /// A new socket for this transfer, or -1.
  [[nodiscard]] int open(int family, int type, int protocol, Ticket user) noexcept;
  void close(int fd) noexcept;
  /// The transfer goes on over this socket (a kept connection). Descriptors that are not ours are left alone.
  void used_by(int fd, Ticket user) noexcept;
  /// The transfer is over; its connection stays.
  void release(Ticket user) noexcept;
  /// Resets the transfer's connections at once: what is still in the system's send buffer is dropped, nothing is
  /// added, and libcurl, which still holds the descriptor, finds a closed connection behind it.
  void cut(Ticket user) noexcept;
  void cut_all() noexcept;

 private:
  void cut_socket(int fd) const noexcept;

  static constexpr Ticket nobody = 0;
  std::map<int, Ticket> users_;  ///< by descriptor
  int dead_end_ = -1;            ///< one end of a pair whose other end is closed
};

}  // namespace meisai::transport
