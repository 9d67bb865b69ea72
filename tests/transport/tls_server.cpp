// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL without a layer between: a test has to be able to break every rule of the protocol.
#include "tests/transport/tls_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <charconv>
#include <csignal>

namespace meisai::test {

std::string ReceivedRequest::path() const {
  const std::size_t begin = head.find(' ');
  return begin == std::string::npos ? "" : head.substr(begin + 1, head.find(' ', begin + 1) - begin - 1);
}

ReceivedRequest Peer::read() {
  std::string text;
  std::array<char, 16384> piece{};
  std::size_t wanted = std::string::npos;
  std::size_t head_end = 0;
  while (text.size() < wanted) {
    const int count = SSL_read(tls_, piece.data(), static_cast<int>(piece.size()));
    if (count <= 0) return {};
    text.append(piece.data(), static_cast<std::size_t>(count));
    const std::size_t end = text.find("\r\n\r\n");
    if (wanted != std::string::npos || end == std::string::npos) continue;
    head_end = end + 4;
    wanted = head_end;
    if (const std::size_t length = text.find("Content-Length: "); length < head_end) {
      std::size_t body = 0;
      std::from_chars(text.data() + length + 16, text.data() + head_end, body);
      wanted += body;
    }
  }
  return {.head = text.substr(0, head_end), .body = text.substr(head_end)};
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const int count = SSL_write(tls_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20U)));
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Peer::answer(std::string_view body, std::string_view more_headers) {
  std::string text = "HTTP/1.1 200 OK\r\n" + std::string(more_headers);
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return send(text += body);
}

std::size_t Peer::raw_bytes_until_end(std::chrono::milliseconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  std::size_t total = 0;
  std::array<char, 65536> piece{};
  while (std::chrono::steady_clock::now() < end) {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const ssize_t count = ::recv(fd_, piece.data(), piece.size(), 0);
    if (count <= 0) return total;
    total += static_cast<std::size_t>(count);
  }
  return total;
}

std::size_t Peer::unread() const {
  int count = 0;
  ::ioctl(fd_, FIONREAD, &count);
  return static_cast<std::size_t>(count);
}

TlsServer::TlsServer(const Identity& identity, Handler handler) : TlsServer(identity, std::move(handler), Options()) {}

TlsServer::TlsServer(const Identity& identity, Handler handler, const Options& options)
    : handler_(std::move(handler)),
      hangs_up_(options.hangs_up),
      context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  if (options.newest_version != 0) SSL_CTX_set_max_proto_version(context_.get(), options.newest_version);
  if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context_.get(), options.ciphers.c_str());
  SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());

  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listener_, plain, length) == 0);
  REQUIRE(::listen(listener_, 256) == 0);
  REQUIRE(::getsockname(listener_, plain, &length) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

TlsServer::~TlsServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard guard(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& each : threads_) each.join();
}

std::string TlsServer::origin(std::string_view host) const {
  return "https://" + std::string(host) + ":" + std::to_string(port_);
}

void TlsServer::accept_all() {
  // Here and in the threads that it starts only: the product has to do without.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const std::lock_guard guard(mutex_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void TlsServer::serve(int fd) {
  const std::size_t number = connections_++;
  SSL* const tls = SSL_new(context_.get());
  SSL_set_fd(tls, fd);
  if (!hangs_up_ && SSL_accept(tls) == 1) {
    ++handshakes_;
    Peer peer(fd, tls, number);
    handler_(peer);
  }
  SSL_free(tls);
  const std::lock_guard guard(mutex_);
  std::erase(open_, fd);
  ::close(fd);
}

}  // namespace meisai::test
