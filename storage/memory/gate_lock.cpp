// SPDX-License-Identifier: Apache-2.0
//
// The gate lock among the threads of one process: a shared mutex whose writers come first, with time limits.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "storage/memory/memory.h"

namespace meisai::memory {
namespace {

struct State {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t sharers = 0;
  std::size_t announced = 0;  // cutoffs that wait or hold
  bool excluded = false;
};

class Shared final : public Admission::Hold {
 public:
  explicit Shared(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() override {
    const std::lock_guard guard(state_->mutex);
    --state_->sharers;
    state_->changed.notify_all();
  }

 private:
  std::shared_ptr<State> state_;
};

class Exclusive final : public Admission::Hold {
 public:
  explicit Exclusive(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Exclusive(const Exclusive&) = delete;
  Exclusive& operator=(const Exclusive&) = delete;
  ~Exclusive() override {
    const std::lock_guard guard(state_->mutex);
    state_->excluded = false;
    --state_->announced;
    state_->changed.notify_all();
  }

 private:
  std::shared_ptr<State> state_;
};

class MemoryGateLock final : public GateLock {
 public:
  Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds wait) override {
    std::unique_lock lock(state_->mutex);
    if (!state_->changed.wait_for(lock, wait, [this] { return state_->announced == 0; }))
      return fail(Code::store_busy, "a cutoff is being opened", "try again", Retry::later);
    ++state_->sharers;
    return std::make_unique<Shared>(state_);
  }

  Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds wait) override {
    std::unique_lock lock(state_->mutex);
    ++state_->announced;
    if (!state_->changed.wait_for(lock, wait, [this] { return state_->sharers == 0 && !state_->excluded; })) {
      --state_->announced;
      state_->changed.notify_all();
      return fail(Code::store_busy, "steps under way did not end in time", "try again", Retry::later);
    }
    state_->excluded = true;
    return std::make_unique<Exclusive>(state_);
  }

 private:
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace

std::unique_ptr<GateLock> make_gate_lock() { return std::make_unique<MemoryGateLock>(); }

}  // namespace meisai::memory
