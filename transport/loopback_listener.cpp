// SPDX-License-Identifier: Apache-2.0
//
// Several clients at a time on the caller's thread: one that connects and says nothing must not keep the browser
// waiting. What they may send, how long they may take and how many may be wrong is bounded.
#include "transport/loopback_listener.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <list>
#include <utility>
#include <vector>

#include "transport/redirect_request.h"
#include "transport/wiped_buffer.h"

namespace meisai {
namespace {

using namespace std::chrono_literals;
using transport::RedirectRequest;
using Time = std::chrono::steady_clock::time_point;

constexpr auto longest_listening = std::chrono::minutes(10);
constexpr auto longest_client = 10s;
constexpr auto asked_every = 100ms;
constexpr std::size_t most_clients = 16;
constexpr int waiting_to_be_accepted = 128;
constexpr int most_wrong_requests = 100;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { close(); }
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

struct Client {
  Descriptor socket;
  Time until;
  transport::WipedBuffer text = {};  // the code is in it
};

class LoopbackListener final : public RedirectListener {
 public:
  LoopbackListener(Descriptor socket, std::uint16_t port)
      : socket_(std::move(socket)),
        host_("127.0.0.1:" + std::to_string(port)),
        uri_("http://" + host_ + std::string(transport::redirect_path)) {}

  const std::string& redirect_uri() const override { return uri_; }
  Result<Secret> wait(std::chrono::milliseconds longest, const std::function<bool()>& go_on) override;

 private:
  [[nodiscard]] std::vector<pollfd> wait_for_something(Time until) const;
  void accept_client(Time now);
  /// True when the client is done with.
  bool read_from(Client& client);
  bool judge(Client& client);
  void close();

  Descriptor socket_;
  const std::string host_;
  const std::string uri_;
  std::list<Client> clients_;
  int wrong_requests_ = 0;
  Secret query_;
  bool found_ = false;
};

Result<Secret> LoopbackListener::wait(std::chrono::milliseconds longest, const std::function<bool()>& go_on) {
  if (socket_.get() < 0) return fail(Code::authorization_failed, "the redirect was taken already");
  const Time end = std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(longest, longest_listening);
  while (true) {
    const Time now = std::chrono::steady_clock::now();
    if (!go_on()) return fail(Code::interrupted, "waiting for the browser was interrupted");
    if (now >= end)
      return fail(Code::authorization_failed, "the browser did not come back in time", "begin the authorization again",
                  Retry::after_user);
    const std::vector<pollfd> ready = wait_for_something(std::min(end, now + asked_every));
    std::size_t index = 1;
    for (auto client = clients_.begin(); client != clients_.end() && !found_;) {
      const bool over = (ready[index++].revents != 0 && read_from(*client)) || client->until <= now;
      client = over ? clients_.erase(client) : std::next(client);
    }
    if (found_) {
      close();
      return std::move(query_);
    }
    if (wrong_requests_ > most_wrong_requests) {
      close();
      return fail(Code::authorization_failed, "a program of this machine disturbs the redirect",
                  "look for what calls " + host_ + ", then begin the authorization again", Retry::after_user);
    }
    if (ready[0].revents != 0) accept_client(now);
  }
}

std::vector<pollfd> LoopbackListener::wait_for_something(Time until) const {
  std::vector<pollfd> waiting{{.fd = socket_.get(), .events = POLLIN, .revents = 0}};
  for (const Client& client : clients_) waiting.push_back({.fd = client.socket.get(), .events = POLLIN, .revents = 0});
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  return waiting;
}

void LoopbackListener::accept_client(Time now) {
  Descriptor socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.get() < 0) return;
  // The oldest silent one makes room: the browser speaks as soon as it is there.
  if (clients_.size() == most_clients) clients_.pop_front();
  clients_.push_back(Client{.socket = std::move(socket), .until = now + longest_client});
}

bool LoopbackListener::read_from(Client& client) {
  std::array<std::byte, 4096> piece{};
  while (true) {
    const ssize_t count = ::recv(client.socket.get(), piece.data(), piece.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (count <= 0) return true;
    client.text.append(std::span(piece).first(static_cast<std::size_t>(count)));
    wipe(piece);
    if (judge(client)) return true;
  }
}

bool LoopbackListener::judge(Client& client) {
  const auto bytes = client.text.bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const RedirectRequest request = transport::read_redirect_request(text, host_);
  if (request.kind == RedirectRequest::Kind::unfinished) return false;
  if (request.kind == RedirectRequest::Kind::redirect) {
    query_ = Secret(request.query);
    found_ = true;
  } else {
    ++wrong_requests_;
  }
  const std::string answer = transport::redirect_answer(request.kind);
  // A page of this size fits into any send buffer; a browser that is gone already loses nothing but the page.
  static_cast<void>(::send(client.socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL));
  ::shutdown(client.socket.get(), SHUT_WR);
  return true;
}

void LoopbackListener::close() {
  clients_.clear();
  socket_.close();
}

class LoopbackUserAgent final : public UserAgent {
 public:
  explicit LoopbackUserAgent(std::function<Result<void>(const std::string&)> open) : open_(std::move(open)) {}
  Result<std::unique_ptr<RedirectListener>> listen() override { return listen_on_loopback(); }
  Result<void> open(const std::string& url) override { return open_(url); }

 private:
  std::function<Result<void>(const std::string&)> open_;
};

}  // namespace

Result<std::unique_ptr<RedirectListener>> listen_on_loopback() {
  const auto failed = [] {
    return fail(Code::io_error, "no address of this machine's loopback interface can be listened on",
                "this process may have too many files open");
  };
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (socket.get() < 0 || ::bind(socket.get(), plain, length) != 0 ||
      ::listen(socket.get(), waiting_to_be_accepted) != 0 || ::getsockname(socket.get(), plain, &length) != 0)
    return failed();
  return std::make_unique<LoopbackListener>(std::move(socket), ntohs(address.sin_port));
}

std::unique_ptr<UserAgent> make_user_agent(std::function<Result<void>(const std::string& url)> open) {
  return std::make_unique<LoopbackUserAgent>(std::move(open));
}

}  // namespace meisai
