// SPDX-License-Identifier: Apache-2.0
//
// Poco accepts and gives a thread to each connection; the bytes pass through TlsChannel.
#include "samples/issuer_sandbox/issuer_server.h"

#include <Poco/DeflatingStream.h>
#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>
#include <Poco/ThreadPool.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <sstream>
#include <utility>

#include "samples/issuer_sandbox/certificates.h"
#include "samples/issuer_sandbox/clock.h"
#include "samples/issuer_sandbox/faults.h"
#include "samples/issuer_sandbox/tls_channel.h"
#include "samples/issuer_sandbox/traffic_log.h"

namespace sandbox {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds idle_time{60'000};
constexpr int most_connections = 256;

std::string white_space(std::uint64_t bytes) { return std::string(static_cast<std::size_t>(bytes), ' '); }

std::string compressed(const std::string& start, std::uint64_t bytes) {
  std::ostringstream packed;
  Poco::DeflatingOutputStream deflate(packed, Poco::DeflatingStreamBuf::STREAM_GZIP);
  deflate << start;
  const std::string block = white_space(1U << 20U);
  for (std::uint64_t left = bytes; left > 0; left -= std::min<std::uint64_t>(left, block.size())) {
    deflate.write(block.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, block.size())));
  }
  deflate.close();
  return packed.str();
}

constexpr std::string_view huge_start = R"({"Data":{"Transaction":[)";

}  // namespace

struct IssuerServer::Listener {
  Listener(std::string name, std::uint16_t port, Surroundings around)
      : issuer(std::move(name)), surroundings(around), threads("connections", 2, most_connections) {
    socket.bind(Poco::Net::SocketAddress("127.0.0.1", port), true);
    // Every connection inherits it: the log says when bytes came, also those that came before a thread was ready.
    socket.impl()->setOption(SOL_SOCKET, SO_TIMESTAMPNS, 1);
    socket.listen(most_connections);
  }
  std::string issuer;
  Surroundings surroundings;
  Handler handler;
  std::atomic<bool> stopping{false};
  Poco::Net::ServerSocket socket;
  Poco::ThreadPool threads;
  std::unique_ptr<Poco::Net::TCPServer> server;
};

namespace {

/// Takes requests of one connection, one after the other.
template <typename Listener>
class Connection : public Poco::Net::TCPServerConnection {
 public:
  Connection(const Poco::Net::StreamSocket& socket, Listener& listener)
      : TCPServerConnection(socket), listener_(listener), log_(listener.surroundings.log) {}

  void run() override {
    id_ = log_.open(listener_.issuer);
    socket().setNoDelay(true);
    TlsChannel channel(listener_.surroundings.trust.context(), socket().impl()->sockfd(), log_, id_,
                       listener_.stopping);
    if (channel.handshake()) {
      while (serve_one(channel)) {
      }
    }
    if (!destroyed_) {
      channel.close();
    }
    log_.close(id_);
  }

 private:
  /// False where the connection is to end.
  bool serve_one(TlsChannel& channel) {
    if (buffer_.empty() && !channel.read_into(buffer_, idle_time)) {
      return false;
    }
    const std::int64_t begun = steady_ns();
    auto size = request_size(buffer_);
    while (!size) {
      if (!channel.read_into(buffer_, idle_time)) {
        return false;
      }
      size = request_size(buffer_);
    }
    const auto request = *size < 0 ? std::nullopt : read_request(buffer_.substr(0, static_cast<std::size_t>(*size)));
    if (!request) {
      return send(channel, {}, {.status = 400}, {}) && false;
    }
    number_ = log_.begin(id_, {.method = request->method,
                               .path = request->path,
                               .begun_ns = begun,
                               .arrived_ns = steady_ns(),
                               .bytes = static_cast<std::uint64_t>(*size)});
    buffer_.erase(0, static_cast<std::size_t>(*size));
    return answer(channel, *request);
  }

  bool answer(TlsChannel& channel, const Request& request) {
    const auto striking = listener_.surroundings.faults.strike(listener_.issuer, request.path);
    std::optional<Response> response;
    Delivery delivery;
    for (const Fault& fault : striking) {
      arrange(fault, delivery);
      if (!response) {
        response = answer_instead(fault);
      }
    }
    if (!response) {
      response = listener_.handler(request);
      for (const Fault& fault : striking) {
        spoil(fault, origin_, request, *response);
      }
    }
    if (delivery.destroy) {
      log_.answered(id_, number_, response->status, 0, false);
      channel.destroy();
      destroyed_ = true;
      return false;
    }
    return send(channel, request, std::move(*response), delivery);
  }

  bool send(TlsChannel& channel, const Request& request, Response response, const Delivery& delivery) {
    response.headers.emplace_back("Date", http_date(listener_.surroundings.clock.now()));
    if (const std::string id = request.header("x-fapi-interaction-id"); !id.empty() && id.size() <= 64) {
      response.headers.emplace_back("x-fapi-interaction-id", id);
    }
    if (delivery.huge_bytes > 0 && !delivery.gzip) {
      return send_huge(channel, response, delivery);
    }
    if (delivery.huge_bytes > 0) {
      response.body = compressed(std::string(huge_start), delivery.huge_bytes);
      response.headers.emplace_back("Content-Encoding", "gzip");
    }
    const bool keep = request.header("connection") != "close" && !delivery.cut_per_cent && !request.method.empty();
    const std::size_t size =
        delivery.cut_per_cent ? response.body.size() * *delivery.cut_per_cent / 100 : response.body.size();
    std::uint64_t sent = 0;
    bool whole = channel.write(head_of(response, response.body.size(), keep));
    const std::size_t piece = delivery.drip_ms ? delivery.drip_bytes : size;
    while (whole && sent < size) {
      whole = !delivery.drip_ms || channel.pause(milliseconds{*delivery.drip_ms}, buffer_);
      const std::size_t count = std::min<std::size_t>(piece, size - sent);
      whole = whole && channel.write(std::string_view(response.body).substr(sent, count));
      sent += whole ? count : 0;
    }
    log_.answered(id_, number_, response.status, sent, whole && !delivery.cut_per_cent);
    if (delivery.cut_per_cent) {
      channel.break_off();
    }
    return whole && keep;
  }

  bool send_huge(TlsChannel& channel, const Response& response, const Delivery& delivery) {
    const auto declared =
        delivery.huge_declared
            ? std::optional<std::size_t>(huge_start.size() + static_cast<std::size_t>(delivery.huge_bytes))
            : std::nullopt;
    bool whole = channel.write(head_of(response, declared, false)) && channel.write(huge_start);
    const std::string block = white_space(64U << 10U);
    std::uint64_t sent = 0;
    while (whole && sent < delivery.huge_bytes) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), delivery.huge_bytes - sent));
      whole = channel.write(std::string_view(block).substr(0, count));
      sent += whole ? count : 0;
    }
    log_.answered(id_, number_, response.status, sent, whole);
    return false;
  }

  Listener& listener_;
  TrafficLog& log_;
  std::string origin_ = "https://localhost:" + std::to_string(listener_.socket.address().port());
  std::uint64_t id_ = 0;
  std::size_t number_ = static_cast<std::size_t>(-1);
  std::string buffer_;
  bool destroyed_ = false;
};

template <typename Listener>
class ConnectionFactory : public Poco::Net::TCPServerConnectionFactory {
 public:
  explicit ConnectionFactory(Listener& listener) : listener_(listener) {}
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new Connection<Listener>(socket, listener_);
  }

 private:
  Listener& listener_;
};

}  // namespace

IssuerServer::IssuerServer(std::string issuer, std::uint16_t port, Surroundings surroundings)
    : listener_(std::make_unique<Listener>(std::move(issuer), port, surroundings)) {}

IssuerServer::~IssuerServer() { stop(); }

std::string IssuerServer::origin() const {
  return "https://localhost:" + std::to_string(listener_->socket.address().port());
}

void IssuerServer::start(Handler handler) {
  listener_->handler = std::move(handler);
  Poco::Net::TCPServerParams::Ptr params = new Poco::Net::TCPServerParams;
  params->setMaxThreads(most_connections);
  params->setMaxQueued(most_connections);
  listener_->server = std::make_unique<Poco::Net::TCPServer>(new ConnectionFactory<Listener>(*listener_),
                                                             listener_->threads, listener_->socket, params);
  listener_->server->start();
}

void IssuerServer::stop() {
  if (listener_->server && !listener_->stopping.exchange(true)) {
    listener_->server->stop();
    listener_->threads.joinAll();
    listener_->server.reset();
  }
}

}  // namespace sandbox
