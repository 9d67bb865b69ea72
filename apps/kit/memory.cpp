// SPDX-License-Identifier: Apache-2.0
//
// Engines over a store that keeps nothing: dry runs and tests. Nothing here opens a file.
#include "storage/memory/memory.h"

#include "apps/kit/default_ports.h"
#include "meisai/kit.h"
#include "meisai/ports/system.h"

namespace meisai::kit {

EnginePorts memory_ports(std::optional<Instant> now) {
  EnginePorts ports = default_ports(now);
  ports.control = memory::make_control(Mode::personal, now.has_value());
  ports.gate_lock = memory::make_gate_lock();
  auto store = memory::make_store(*ports.control, *ports.entropy);
  if (!store) {  // no randomness in this system: nothing outlives the process, so repeatable bytes will do
    SeededEntropy repeatable(1);
    store = memory::make_store(*ports.control, repeatable);
  }
  ports.store = std::move(*store);
  return ports;
}

std::unique_ptr<Engine> memory_engine(std::optional<Instant> now) {
  return std::make_unique<Engine>(memory_ports(now));
}

}  // namespace meisai::kit
