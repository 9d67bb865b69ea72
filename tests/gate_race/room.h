// SPDX-License-Identifier: Apache-2.0
//
// What each racing process opens for itself: control database, gate lock, clock and gate of one store folder.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/gate/gate.h"
#include "meisai/ports/control.h"
#include "meisai/ports/gate_lock.h"
#include "meisai/ports/system.h"

namespace meisai::test {

struct Room {
  std::unique_ptr<Control> control;
  std::unique_ptr<GateLock> lock;
  SystemClock clock;
  Gate gate;

  Room(std::unique_ptr<Control> its_control, std::unique_ptr<GateLock> its_lock)
      : control(std::move(its_control)), lock(std::move(its_lock)), gate(*control, *lock, clock) {}
};

enum class LockUsed { real, none };

/// Makes the store in an empty folder.
void make_room(const std::filesystem::path& folder);
/// Opens it for this process. `none` replaces the gate lock by one that lets everyone in.
[[nodiscard]] std::unique_ptr<Room> open_room(const std::filesystem::path& folder, LockUsed lock = LockUsed::real);

}  // namespace meisai::test
