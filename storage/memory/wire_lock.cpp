// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/wire_lock.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>

namespace meisai::memory {
namespace {

struct Transfer {
  IssuerId issuer;
  ConnectionId connection;
};

struct State {
  std::mutex mutex;
  std::condition_variable ended;
  std::list<Transfer> under_way;
};

class Hold final : public Admission::Hold {
 public:
  Hold(std::shared_ptr<State> state, std::list<Transfer>::iterator transfer)
      : state_(std::move(state)), transfer_(transfer) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() override {
    const std::lock_guard guard(state_->mutex);
    state_->under_way.erase(transfer_);
    state_->ended.notify_all();
  }

 private:
  std::shared_ptr<State> state_;
  std::list<Transfer>::iterator transfer_;
};

class MemoryWireLock final : public WireLock {
 public:
  Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId& issuer, const ConnectionId& connection) override {
    const std::lock_guard guard(state_->mutex);
    state_->under_way.push_front({issuer, connection});
    return std::make_unique<Hold>(state_, state_->under_way.begin());
  }

  Result<void> drain(const IssuerId& issuer, const ConnectionId& connection, std::chrono::milliseconds wait) override {
    const auto covered = [&](const Transfer& transfer) {
      if (issuer.empty() || transfer.issuer.empty()) return true;
      if (transfer.issuer != issuer) return false;
      return connection.empty() || transfer.connection.empty() || transfer.connection == connection;
    };
    std::unique_lock lock(state_->mutex);
    if (!state_->ended.wait_for(lock, wait, [&] { return std::ranges::none_of(state_->under_way, covered); }))
      return fail(Code::store_busy, "transfers under way did not end in time", "try again", Retry::later);
    return {};
  }

 private:
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace

std::unique_ptr<WireLock> make_wire_lock() { return std::make_unique<MemoryWireLock>(); }

}  // namespace meisai::memory
