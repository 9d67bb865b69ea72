// SPDX-License-Identifier: Apache-2.0
//
// Taking a socket away: linger 0 makes its close a reset, and dup3 puts the dead end in its place in one step,
// so the descriptor never belongs to anybody else.
#include "transport/sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <new>

namespace meisai::transport {

SocketTable::SocketTable() {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) return;
  ::close(pair[1]);
  dead_end_ = pair[0];
}

SocketTable::~SocketTable() {
  if (dead_end_ >= 0) ::close(dead_end_);
}

int SocketTable::open(int family, int type, int protocol, Ticket user) noexcept {
  const int fd = ::socket(family, type | SOCK_CLOEXEC, protocol);
  if (fd < 0) return -1;
  try {
    users_[fd] = user;
  } catch (const std::bad_alloc&) {  // called by libcurl: no exception may pass it
    ::close(fd);
    return -1;
  }
  return fd;
}

void SocketTable::close(int fd) noexcept {
  users_.erase(fd);
  ::close(fd);
}

void SocketTable::used_by(int fd, Ticket user) noexcept {
  if (const auto found = users_.find(fd); found != users_.end()) found->second = user;
}

void SocketTable::release(Ticket user) noexcept {
  for (auto& [fd, ticket] : users_)
    if (ticket == user) ticket = nobody;
}

void SocketTable::cut(Ticket user) noexcept {
  for (const auto& [fd, ticket] : users_)
    if (ticket == user) cut_socket(fd);
}

void SocketTable::cut_all() noexcept {
  for (const auto& [fd, ticket] : users_) cut_socket(fd);
}

void SocketTable::cut_socket(int fd) const noexcept {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::dup3(dead_end_, fd, O_CLOEXEC);
}

}  // namespace meisai::transport
