// SPDX-License-Identifier: Apache-2.0
//
// Owns pools and transfers and runs them in one poll. The order at each end matters: the socket goes first, then
// what libcurl knows of the transfer, and its crossing last, since a cutoff returns when the crossing is gone.
#include "transport/curl_transport.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <map>
#include <utility>

#include "transport/pool.h"
#include "transport/sockets.h"
#include "transport/transfer.h"
#include "transport/url_rules.h"

namespace meisai {
namespace {

using namespace std::chrono_literals;
using transport::Pool;
using transport::Slot;
using transport::Time;
using transport::Transfer;

/// How often a crossing is asked while bytes move. The port promises an end within 100 ms; asking reads facts.
constexpr auto crossing_interval = 20ms;

class CurlTransport final : public HttpTransport {
 public:
  CurlTransport() : ready_(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {}
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override;

  Result<Ticket> begin(HttpRequest request, const HttpRules& rules, Crossing crossing) override;
  std::vector<Ended> wait(std::chrono::milliseconds longest) override;
  void abandon(Ticket ticket) noexcept override;

 private:
  struct InFlight {
    InFlight(Pool& in, Ticket ticket, HttpRequest request, const HttpRules& rules, Crossing crossing,
             transport::SocketTable& sockets)
        : pool(in), transfer(ticket, std::move(request), rules, std::move(crossing), sockets), slot(in.take_slot()) {}
    Pool& pool;
    Transfer transfer;  // libcurl's handle, which points to it, is destroyed first
    Slot slot;
    Time next_check{};  // the first one is due before the first byte moves
  };
  using Flights = std::map<Ticket, std::unique_ptr<InFlight>>;

  Pool& pool_for(const HttpRules& rules);
  void check_crossings(Time now);
  void reap();
  void move_bytes(Time until);
  /// Ends it without another byte. The caller destroys it afterwards.
  void break_off(InFlight& flight) noexcept;

  const bool ready_;
  transport::SocketTable sockets_;  // outlives the pools, whose connections report to it
  std::map<std::string, std::unique_ptr<Pool>> pools_;
  Flights in_flight_;
  std::vector<Ended> ended_;
  Ticket last_ticket_ = 0;
};

CurlTransport::~CurlTransport() {
  for (auto& [ticket, flight] : in_flight_) break_off(*flight);
  in_flight_.clear();
  sockets_.cut_all();  // no farewell on kept connections either: there may be a cutoff since
  pools_.clear();
  if (ready_) curl_global_cleanup();
}

Pool& CurlTransport::pool_for(const HttpRules& rules) {
  const std::string key = rules.issuer + '\n' + rules.pool + (rules.sandbox ? "\nsandbox" : "\n");
  auto& pool = pools_[key];
  if (!pool) pool = std::make_unique<Pool>(sockets_);
  return *pool;
}

Result<HttpTransport::Ticket> CurlTransport::begin(HttpRequest request, const HttpRules& rules, Crossing crossing) {
  const auto located = [&rules](Error error) {
    error.where.issuer = rules.issuer;
    return fail(std::move(error));
  };
  if (auto allowed = transport::check_url(request.method, request.url, rules); !allowed)
    return located(std::move(allowed).error());
  if (request.method == HttpMethod::get && !request.body.empty())
    return located({Code::invalid_argument, "a GET request has no body"});

  const Ticket ticket = last_ticket_ + 1;
  Pool& pool = pool_for(rules);
  if (!ready_ || !sockets_.ready() || !pool.ready())
    return located({.code = Code::io_error,
                    .what = "libcurl could not be started",
                    .remedy = "this process may have too many files open"});
  auto flight = std::make_unique<InFlight>(pool, ticket, std::move(request), rules, std::move(crossing), sockets_);
  if (flight->slot.easy == nullptr) return located({Code::io_error, "libcurl has no memory"});
  auto prepared = flight->transfer.prepare(flight->slot.easy.get(), rules, flight->slot.body);
  if (prepared && !pool.add(flight->slot.easy.get()))
    prepared = fail(Code::internal_bug, "libcurl refused the transfer");
  if (!prepared) return located(std::move(prepared).error());
  in_flight_.emplace(ticket, std::move(flight));
  return last_ticket_ = ticket;
}

std::vector<HttpTransport::Ended> CurlTransport::wait(std::chrono::milliseconds longest) {
  const Time deadline = std::chrono::steady_clock::now() + longest;
  while (true) {
    const Time now = std::chrono::steady_clock::now();
    check_crossings(now);
    for (const auto& [name, pool] : pools_) pool->run_due(now);
    reap();
    if (!ended_.empty() || in_flight_.empty() || now >= deadline) return std::exchange(ended_, {});
    move_bytes(std::min(deadline, now + crossing_interval));
  }
}

void CurlTransport::check_crossings(Time now) {
  for (auto it = in_flight_.begin(); it != in_flight_.end();) {
    InFlight& flight = *it->second;
    if (now < flight.next_check) {
      ++it;
      continue;
    }
    flight.next_check = now + crossing_interval;
    auto open = flight.transfer.still_open();
    if (open) {
      ++it;
      continue;
    }
    break_off(flight);
    ended_.push_back({it->first, tl::unexpected(std::move(open).error())});
    it = in_flight_.erase(it);
  }
}

void CurlTransport::reap() {
  for (const auto& [name, pool] : pools_) {
    while (const auto done = pool->next_done()) {
      const Transfer* transfer = Transfer::of(done->easy);
      if (transfer == nullptr) continue;
      const auto found = in_flight_.find(transfer->ticket());
      InFlight& flight = *found->second;
      auto open = flight.transfer.still_open();
      if (!open) {
        break_off(flight);
        ended_.push_back({found->first, tl::unexpected(std::move(open).error())});
      } else {
        auto result = flight.transfer.finish(done->code);
        pool->remove(flight.slot.easy.get());
        sockets_.release(found->first);
        pool->give_back(std::move(flight.slot));
        ended_.push_back({found->first, std::move(result)});
      }
      in_flight_.erase(found);
    }
  }
}

void CurlTransport::move_bytes(Time until) {
  std::vector<pollfd> waiting;
  std::vector<Pool*> owners;
  for (const auto& [name, pool] : pools_) {
    if (const auto due = pool->due()) until = std::min(until, *due);
    for (const auto& [fd, events] : pool->watched()) {
      waiting.push_back({.fd = fd, .events = events, .revents = 0});
      owners.push_back(pool.get());
    }
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  if (ready <= 0) return;
  for (std::size_t i = 0; i < waiting.size(); ++i)
    // One step of libcurl can close a descriptor that another transfer then opens.
    if (waiting[i].revents != 0 && owners[i]->watched().contains(waiting[i].fd))
      owners[i]->act(waiting[i].fd, waiting[i].revents);
}

void CurlTransport::break_off(InFlight& flight) noexcept {
  sockets_.cut(flight.transfer.ticket());
  flight.pool.remove(flight.slot.easy.get());
  flight.slot.easy.reset();
}

void CurlTransport::abandon(Ticket ticket) noexcept {
  const auto found = in_flight_.find(ticket);
  if (found == in_flight_.end()) return;
  break_off(*found->second);
  in_flight_.erase(found);
}

}  // namespace

std::unique_ptr<HttpTransport> make_curl_transport() { return std::make_unique<CurlTransport>(); }

}  // namespace meisai
