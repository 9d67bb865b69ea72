// SPDX-License-Identifier: Apache-2.0
//
// The one place that knows every room: which clock, adapters, normalizer and exporters an engine gets when
// nobody asks for others.
#include "apps/kit/default_ports.h"

#include "adapters/all.h"
#include "exporters/all.h"
#include "meisai/ports/system.h"
#include "normalizers/normalizers.h"

namespace meisai::kit {

EnginePorts default_ports(std::optional<Instant> scripted) {
  EnginePorts ports;
  if (scripted) {
    ports.clock = std::make_unique<ScriptedClock>(*scripted);
  } else {
    ports.clock = std::make_unique<SystemClock>();
  }
  ports.entropy = std::make_unique<SystemEntropy>();
  ports.adapters = all_adapters();
  ports.normalizer = make_normalizer();
  ports.exporters = all_exporters();
  return ports;
}

}  // namespace meisai::kit
