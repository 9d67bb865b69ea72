// SPDX-License-Identifier: Apache-2.0
//
// The shipped parts: an encrypted control database and the lock files, as in every store folder.
#include "tests/gate_race/room.h"

#include <stdexcept>
#include <string>

#include "storage/gate_lock/file_gate_lock.h"
#include "storage/gate_lock/file_wire_lock.h"
#include "storage/sqlcipher/control_store.h"

namespace meisai::test {
namespace {

/// Lets everyone in at once: what the race must not survive.
class NoLock final : public GateLock {
 public:
  Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds) override {
    return std::make_unique<Admission::Hold>();
  }
  Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds) override {
    return std::make_unique<Admission::Hold>();
  }
};

/// Nobody waits for whoever is on the wire.
class NoWire final : public WireLock {
 public:
  Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId&, const ConnectionId&) override {
    return std::make_unique<Admission::Hold>();
  }
  Result<void> drain(const IssuerId&, const ConnectionId&, std::chrono::milliseconds) override { return {}; }
};

Secret key() { return Secret(std::string_view("0123456789abcdef0123456789abcdef")); }

/// The value, or the end of the test: without a store there is nothing to race.
template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(std::string(name_of(result.error().code)) + ": " + result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

void make_room(const std::filesystem::path& folder) {
  auto database = need(sqlcipher::Database::create(folder / "control.db", key()));
  need(sqlcipher::initialize_control(database, {.store_id = "race", .vault = "none"}));
  const auto control = sqlcipher::make_control(std::move(database), {.store_id = "race", .vault = "none"});
  const Instant now = SystemClock().wall();
  const AuditDraft entry{.at = now, .actor = "subject", .operation = "link", .object = "race", .result = "done"};
  need(control->add_connection({.id = ours, .issuer = issuer, .linked_at = now}, entry));
  need(control->begin_consent(ours, {.consent = agreed, .not_before = now, .not_after = now + std::chrono::days(1)}, {},
                              entry));
}

std::unique_ptr<Room> open_room(const std::filesystem::path& folder, LockUsed lock) {
  auto database = need(sqlcipher::Database::open(folder / "control.db", key()));
  const auto settings = need(sqlcipher::load_settings(database));
  auto control = sqlcipher::make_control(std::move(database), settings);
  auto gate_lock =
      lock == LockUsed::real ? need(open_file_gate_lock(folder / "gate.lock")) : std::make_unique<NoLock>();
  auto wire_lock =
      lock == LockUsed::real ? need(open_file_wire_lock(folder / "wire.lock")) : std::make_unique<NoWire>();
  return std::make_unique<Room>(std::move(control), std::move(gate_lock), std::move(wire_lock));
}

}  // namespace meisai::test
