// SPDX-License-Identifier: Apache-2.0
//
// Blocking calls with poll() before them, so that a stop of the program is noticed within a moment.
#include "samples/issuer_sandbox/tls_channel.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

#include "samples/issuer_sandbox/clock.h"
#include "samples/issuer_sandbox/traffic_log.h"

namespace sandbox {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds slice{100};
constexpr milliseconds handshake_time{10'000};
constexpr milliseconds farewell_time{2'000};

// Every read of the socket passes here, whatever TLS makes of it.
long on_bio(BIO* bio, int operation, const char*, std::size_t, int, long, int result, std::size_t* processed) {
  if (operation == BIO_CB_READ) {
    reinterpret_cast<TlsChannel*>(BIO_get_callback_arg(bio))->note_arrival_time();
  }
  if (operation == (BIO_CB_READ | BIO_CB_RETURN) && result > 0 && processed != nullptr) {
    reinterpret_cast<TlsChannel*>(BIO_get_callback_arg(bio))->count_arrival(*processed);
  }
  return result;
}

}  // namespace

TlsChannel::TlsChannel(ssl_ctx_st* context, int socket, TrafficLog& log, std::uint64_t connection,
                       const std::atomic<bool>& stopping)
    : ssl_(SSL_new(context)), socket_(socket), log_(log), connection_(connection), stopping_(stopping) {
  const timeval limit{.tv_sec = 30, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  SSL_set_fd(ssl_, socket_);
  BIO* const bio = SSL_get_rbio(ssl_);
  BIO_set_callback_arg(bio, reinterpret_cast<char*>(this));
  BIO_set_callback_ex(bio, on_bio);
}

TlsChannel::~TlsChannel() { SSL_free(ssl_); }

void TlsChannel::count_arrival(std::uint64_t bytes) { log_.received(connection_, bytes, arrived_ns_); }

// A thread may read late what came early, so the kernel is asked when the last of what lies there came.
void TlsChannel::note_arrival_time() {
  arrived_ns_ = steady_ns();
  std::array<char, 16'384> block{};
  alignas(cmsghdr) std::array<char, 256> control{};
  iovec place{.iov_base = block.data(), .iov_len = block.size()};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(socket_, &message, MSG_PEEK | MSG_DONTWAIT) <= 0) {
    return;
  }
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
      timespec stamp{};
      timespec now{};
      std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
      clock_gettime(CLOCK_REALTIME, &now);
      const std::int64_t ago = (now.tv_sec - stamp.tv_sec) * 1'000'000'000 + (now.tv_nsec - stamp.tv_nsec);
      arrived_ns_ -= std::max<std::int64_t>(ago, 0);
    }
  }
}

bool TlsChannel::wait_readable(milliseconds longest) {
  if (SSL_pending(ssl_) > 0) {
    return true;
  }
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!stopping_) {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() < 0) {
      return false;
    }
    if (poll(&waiting, 1, static_cast<int>(std::min(left, slice).count())) > 0) {
      return true;
    }
  }
  return false;
}

bool TlsChannel::handshake() {
  if (!wait_readable(handshake_time)) {
    return false;
  }
  ERR_clear_error();
  broken_ = SSL_accept(ssl_) != 1;
  return !broken_;
}

bool TlsChannel::read_into(std::string& buffer, milliseconds longest) {
  if (broken_ || !wait_readable(longest)) {
    return false;
  }
  std::array<char, 16'384> block{};
  ERR_clear_error();
  const int got = SSL_read(ssl_, block.data(), static_cast<int>(block.size()));
  if (got <= 0) {
    broken_ = true;
    return false;
  }
  buffer.append(block.data(), static_cast<std::size_t>(got));
  return true;
}

bool TlsChannel::write(std::string_view bytes) {
  while (!bytes.empty() && !broken_ && !stopping_) {
    ERR_clear_error();
    const int done = SSL_write(ssl_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 16'384)));
    if (done <= 0) {
      broken_ = true;
      break;
    }
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return bytes.empty();
}

bool TlsChannel::pause(milliseconds time, std::string& buffer) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!broken_ && !stopping_) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return true;
    }
    if (wait_readable(left)) {
      static_cast<void>(read_into(buffer, milliseconds{0}));
    }
  }
  return false;
}

void TlsChannel::close() {
  if (!broken_) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
  }
  shutdown(socket_, SHUT_WR);
  const auto end = std::chrono::steady_clock::now() + farewell_time;
  std::array<char, 4'096> block{};
  while (!stopping_ && std::chrono::steady_clock::now() < end) {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, static_cast<int>(slice.count())) <= 0) {
      continue;
    }
    // Whatever comes after the end is no longer TLS to us, but it is bytes.
    note_arrival_time();
    const ssize_t got = recv(socket_, block.data(), block.size(), 0);
    if (got <= 0) {
      break;
    }
    count_arrival(static_cast<std::uint64_t>(got));
  }
}

void TlsChannel::destroy() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  broken_ = true;
}

}  // namespace sandbox
