// SPDX-License-Identifier: Apache-2.0
//
// One accepted connection under TLS, by OpenSSL's own calls on the socket: Poco's secure socket neither counts
// what came over TCP nor breaks off without a farewell, and the fault switches need both.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace sandbox {

class TrafficLog;

class TlsChannel {
 public:
  /// Does not own the socket. `stopping` ends every wait.
  TlsChannel(ssl_ctx_st* context, int socket, TrafficLog& log, std::uint64_t connection,
             const std::atomic<bool>& stopping);
  ~TlsChannel();
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  [[nodiscard]] bool handshake();
  /// Appends what arrives next. False at the end, at a break, or after `longest` of silence.
  [[nodiscard]] bool read_into(std::string& buffer, std::chrono::milliseconds longest);
  [[nodiscard]] bool write(std::string_view bytes);
  /// Waits that long; false as soon as the other side is gone.
  [[nodiscard]] bool pause(std::chrono::milliseconds time, std::string& buffer);
  /// Says goodbye, then counts what still comes.
  void close();
  /// No goodbye of TLS: the answer ends where it ends.
  void break_off() { broken_ = true; }
  /// RST, at once.
  void destroy();
  void count_arrival(std::uint64_t bytes);
  /// Before a read: when the last byte that waits came.
  void note_arrival_time();

 private:
  [[nodiscard]] bool wait_readable(std::chrono::milliseconds longest);
  ssl_st* ssl_;
  int socket_;
  TrafficLog& log_;
  std::uint64_t connection_;
  const std::atomic<bool>& stopping_;
  bool broken_ = false;
  std::int64_t arrived_ns_ = 0;
};

}  // namespace sandbox
