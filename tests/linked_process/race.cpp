// SPDX-License-Identifier: Apache-2.0
//
// The two sides of a race over one store, each a process of its own: one syncs again and again, one opens and lifts
// cutoffs at random instants and says when each call returned. Without the wire lock, as a control, the same race
// must show bytes after a cutoff, or it proves nothing.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "meisai/date.h"
#include "meisai/kit.h"

namespace {

using namespace meisai;
using std::chrono::microseconds;

/// What Python's time.monotonic_ns() and the sandbox's log count too.
std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Lets everyone through and waits for nobody.
class NoWireLock final : public WireLock {
 public:
  Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId&, const ConnectionId&) override {
    return std::make_unique<Admission::Hold>();
  }
  Result<void> drain(const IssuerId&, const ConnectionId&, std::chrono::milliseconds) override { return {}; }
};

/// The gate reads its facts, then the clock, then decides: time that passes in here lies between what a transfer
/// was allowed on and its first byte.
class SlowClock final : public Clock {
 public:
  SlowClock(std::unique_ptr<Clock> clock, microseconds pause) : clock_(std::move(clock)), pause_(pause) {}
  [[nodiscard]] Instant wall() const override {
    std::this_thread::sleep_for(pause_);
    return clock_->wall();
  }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return clock_->monotonic(); }

 private:
  std::unique_ptr<Clock> clock_;
  microseconds pause_;
};

struct Setting {
  std::string store, key, command;
  Instant now;
  bool wire_lock = true;
  microseconds pause{0};
  unsigned long rounds = 0;
  unsigned seed = 0;
};

std::unique_ptr<Engine> open(const Setting& setting) {
  const auto key = kit::key_file(setting.key);
  auto ports = kit::store_ports(setting.store, *key, setting.now);
  if (!ports) return nullptr;
  if (!setting.wire_lock) ports->wire_lock = std::make_unique<NoWireLock>();
  if (setting.pause.count() > 0) ports->clock = std::make_unique<SlowClock>(std::move(ports->clock), setting.pause);
  return std::make_unique<Engine>(std::move(*ports));
}

bool stdin_is_open() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  char ignored = 0;
  return ::poll(&input, 1, 0) <= 0 || ::read(STDIN_FILENO, &ignored, 1) > 0;
}

int failed(const Error& error) {
  std::cerr << name_of(error.code) << ": " << error.what << "\n";
  return 1;
}

/// `sync <begun> <ended> <issuer>=<reason> ...` for each, until standard input closes. Some begin with new
/// connections, so that cutoffs meet handshakes as well.
int sync_on(const Setting& setting) {
  constexpr unsigned long engine_lasts = 4;
  std::unique_ptr<Engine> engine;
  for (unsigned long round = 0; stdin_is_open(); ++round) {
    if (round % engine_lasts == 0) engine = open(setting);
    if (!engine) return 2;
    const std::int64_t begun = now_ns();
    const auto report = engine->sync({});
    const std::int64_t ended = now_ns();
    if (!report) return failed(report.error());
    std::cout << "sync " << begun << " " << ended;
    bool refused = false;
    for (const ConnectionReport& one : report->connections) {
      refused = refused || one.reason.has_value();
      if (one.reason && !is_refusal(one.reason->code)) std::cerr << one.reason->what << "\n";
      std::cout << " " << one.issuer.text() << "=" << (one.reason ? name_of(one.reason->code) : name_of(one.outcome));
    }
    std::cout << std::endl;
    if (refused) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return 0;
}

/// `cut <begun> <returned> <lifted> <issuer or all>` for each.
int cut_again_and_again(const Setting& setting) {
  const auto engine = open(setting);
  if (!engine) return 2;
  const auto connections = engine->connections();
  if (!connections) return failed(connections.error());
  std::minstd_rand random(setting.seed);
  const auto nap = [&random](unsigned longest_us) { std::this_thread::sleep_for(microseconds(random() % longest_us)); };
  for (unsigned long round = 0; round < setting.rounds; ++round) {
    const Connection& connection = (*connections)[round % connections->size()];
    IncidentRequest request;
    request.reason = "race";
    request.scope = static_cast<CutoffScope>(round / connections->size() % 3);
    if (request.scope == CutoffScope::issuer) request.issuer = connection.issuer;
    if (request.scope == CutoffScope::connection) request.connection = connection.id;
    nap(40'000);
    const std::int64_t begun = now_ns();
    const auto opened = engine->open_incident(request);
    const std::int64_t returned = now_ns();
    if (!opened) return failed(opened.error());
    nap(12'000);
    const std::int64_t lifted = now_ns();
    if (const auto done = engine->lift_incident(opened->id, "race"); !done) return failed(done.error());
    std::cout << "cut " << begun << " " << returned << " " << lifted << " "
              << (request.scope == CutoffScope::all ? "all" : connection.issuer.text()) << std::endl;
  }
  return 0;
}

}  // namespace

/// STORE KEY-FILE INSTANT sync|cut PAUSE-US lock|no-lock ROUNDS SEED
int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() != 8) return 2;
  const auto instant = parse_rfc3339(words[2]);
  if (!instant) return 2;
  const Setting setting{.store = words[0],
                        .key = words[1],
                        .command = words[3],
                        .now = *instant,
                        .wire_lock = words[5] == "lock",
                        .pause = microseconds(std::stoul(words[4])),
                        .rounds = std::stoul(words[6]),
                        .seed = static_cast<unsigned>(std::stoul(words[7]))};
  return setting.command == "sync" ? sync_on(setting) : cut_again_and_again(setting);
}
