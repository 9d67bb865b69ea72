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
#include "meisai/ports/wire_lock.h"

namespace meisai::test {

struct Room {
  std::unique_ptr<Control> control;
  std::unique_ptr<GateLock> lock;
  std::unique_ptr<WireLock> wire;
  SystemClock clock;
  Gate gate;

  Room(std::unique_ptr<Control> its_control, std::unique_ptr<GateLock> its_lock, std::unique_ptr<WireLock> its_wire)
      : control(std::move(its_control)),
        lock(std::move(its_lock)),
        wire(std::move(its_wire)),
        gate(*control, *lock, *wire, clock) {}
};

/// The one connection of the room, at its issuer, under a consent that stands for a day.
inline const IssuerId issuer("jcb_card");
inline const ConnectionId ours("CN1");
inline const ConsentId agreed("CS1");

enum class LockUsed { real, none };

/// Makes the store in an empty folder.
void make_room(const std::filesystem::path& folder);
/// Opens it for this process. `none` replaces both locks by ones that let everyone in.
[[nodiscard]] std::unique_ptr<Room> open_room(const std::filesystem::path& folder, LockUsed lock = LockUsed::real);

}  // namespace meisai::test
