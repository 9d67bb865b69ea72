// SPDX-License-Identifier: Apache-2.0
//
// Engines over a store that keeps nothing: dry runs and tests. Nothing here opens a file.
#include "storage/memory/memory.h"

#include "apps/kit/default_ports.h"
#include "meisai/kit.h"
#include "meisai/ports/system.h"
#include "storage/memory/wire_lock.h"

namespace meisai::kit {

EnginePorts memory_ports(std::optional<Instant> now) {
  EnginePorts ports = default_ports(now);
  ports.control = memory::make_control(Mode::personal, now.has_value());
  ports.gate_lock = memory::make_gate_lock();
  ports.wire_lock = memory::make_wire_lock();
  auto stores = memory::make_stores(*ports.control, *ports.entropy);
  if (!stores) {  // no randomness in this system: nothing outlives the process, so repeatable bytes will do
    SeededEntropy repeatable(1);
    stores = memory::make_stores(*ports.control, repeatable);
  }
  ports.store = std::move(stores->store);
  ports.consents = std::move(stores->consents);
  return ports;
}

std::unique_ptr<Engine> memory_engine(std::optional<Instant> now) {
  return std::make_unique<Engine>(memory_ports(now));
}

}  // namespace meisai::kit
