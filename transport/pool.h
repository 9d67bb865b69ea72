// SPDX-License-Identifier: Apache-2.0
//
// The kept connections of one pool: one libcurl multi handle, so that nothing (connection, TLS session, parsed
// trust anchors) is shared with another pool, and the easy handles that are used again and again.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "transport/sockets.h"
#include "transport/wiped_buffer.h"

namespace meisai::transport {

using Time = std::chrono::steady_clock::time_point;

struct FreeEasy {
  void operator()(void* easy) const noexcept;
};

/// What is reused from transfer to transfer: a CURL* with its TLS sessions, and memory for the answer.
struct Slot {
  std::unique_ptr<void, FreeEasy> easy;
  WipedBuffer body;
};

class Pool {
 public:
  explicit Pool(SocketTable& sockets);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  /// Every transfer was removed before.
  ~Pool();

  [[nodiscard]] bool ready() const noexcept { return multi_ != nullptr; }

  /// A slot whose easy handle is null when there is no memory.
  [[nodiscard]] Slot take_slot();
  void give_back(Slot slot);

  [[nodiscard]] bool add(void* easy);
  void remove(void* easy) noexcept;

  struct Done {
    void* easy = nullptr;
    int code = 0;  ///< CURLcode
  };
  /// A transfer that has come to its end, if there is one.
  [[nodiscard]] std::optional<Done> next_done();

  /// Descriptors to wait for, with poll's events.
  [[nodiscard]] const std::map<int, short>& watched() const noexcept { return watched_; }
  [[nodiscard]] std::optional<Time> due() const noexcept { return due_; }
  /// poll reported these events.
  void act(int fd, short events);
  void run_due(Time now);

  // For libcurl's callbacks.
  void watch(void* easy, int fd, int what);
  void set_due(long milliseconds) noexcept;

 private:
  SocketTable& sockets_;
  void* multi_;  ///< CURLM*
  std::vector<Slot> spare_;
  std::map<int, short> watched_;
  std::optional<Time> due_;
};

}  // namespace meisai::transport
