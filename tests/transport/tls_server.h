// SPDX-License-Identifier: Apache-2.0
//
// A TLS server on loopback that does whatever a test wants, byte by byte, and counts what reaches it.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/transport/certificates.h"

namespace meisai::test {

struct ReceivedRequest {
  std::string head;  ///< request line and headers; empty: the other side closed
  std::string body;
  [[nodiscard]] std::string path() const;
  [[nodiscard]] bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

/// A request that a server's thread keeps for the test's.
class LastRequest {
 public:
  ReceivedRequest keep(ReceivedRequest request) {
    const std::lock_guard guard(mutex_);
    return request_ = std::move(request);
  }
  [[nodiscard]] ReceivedRequest get() const {
    const std::lock_guard guard(mutex_);
    return request_;
  }

 private:
  mutable std::mutex mutex_;
  ReceivedRequest request_;
};

/// One connection, on the server's side.
class Peer {
 public:
  Peer(int fd, SSL* tls, std::size_t number) : fd_(fd), tls_(tls), number_(number) {}
  /// Reads a whole request.
  [[nodiscard]] ReceivedRequest read();
  /// False when the other side is gone.
  bool send(std::string_view bytes);
  /// `200` with this body and its length.
  bool answer(std::string_view body, std::string_view more_headers = "");
  /// Bytes below TLS that arrive from now until the other side is gone (or `longest` has passed).
  [[nodiscard]] std::size_t raw_bytes_until_end(std::chrono::milliseconds longest = std::chrono::seconds(5));
  /// Bytes below TLS that lie unread.
  [[nodiscard]] std::size_t unread() const;
  /// From 0, in order of their arrival.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  int fd_;
  SSL* tls_;
  std::size_t number_;
};

class TlsServer {
 public:
  using Handler = std::function<void(Peer&)>;
  struct Options {
    int newest_version = 0;  ///< TLS1_1_VERSION and so on; 0: any
    std::string ciphers;     ///< OpenSSL's list for TLS 1.2 and older; empty: default
    bool hangs_up = false;   ///< closes each connection in the middle of the handshake
  };

  /// `handler` runs in a thread for each connection whose handshake came off; then the connection is closed.
  TlsServer(const Identity& identity, Handler handler);
  TlsServer(const Identity& identity, Handler handler, const Options& options);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer();

  [[nodiscard]] std::string origin(std::string_view host = "localhost") const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return connections_; }  ///< accepted, with or without TLS
  [[nodiscard]] std::size_t handshakes() const { return handshakes_; }

 private:
  void accept_all();
  void serve(int fd);

  Handler handler_;
  bool hangs_up_ = false;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> handshakes_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace meisai::test
