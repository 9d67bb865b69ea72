// SPDX-License-Identifier: Apache-2.0
//
// The one place that knows every room: which clock, store, adapters, normalizer and exporters an engine
// gets when nobody asks for others.
#include "adapters/all.h"
#include "exporters/all.h"
#include "meisai/kit.h"
#include "meisai/ports/system.h"
#include "normalizers/normalizers.h"
#include "storage/memory/memory.h"

namespace meisai::kit {
namespace {

std::unique_ptr<Clock> clock_at(std::optional<Instant> scripted) {
  if (scripted) return std::make_unique<ScriptedClock>(*scripted);
  return std::make_unique<SystemClock>();
}

/// What is the same for every store.
EnginePorts common_ports(std::optional<Instant> scripted) {
  EnginePorts ports;
  ports.clock = clock_at(scripted);
  ports.entropy = std::make_unique<SystemEntropy>();
  ports.adapters = all_adapters();
  ports.normalizer = make_normalizer();
  ports.exporters = all_exporters();
  return ports;
}

}  // namespace

EnginePorts memory_ports(std::optional<Instant> now) {
  EnginePorts ports = common_ports(now);
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
