// SPDX-License-Identifier: Apache-2.0
//
// The one place that knows every room: which clock, adapters, normalizer and exporters an engine gets when
// nobody asks for others.
#include "apps/kit/default_ports.h"

#include "adapters/all.h"
#include "exporters/all.h"
#include "meisai/ports/system.h"
#include "normalizers/normalizers.h"
#include "transport/curl_transport.h"
#include "transport/loopback_listener.h"

namespace meisai::kit {
namespace {

Result<void> no_browser(const std::string&) {
  return fail(Code::invalid_argument, "this program cannot show an issuer's address to the person",
              "give open_address in OpenOptions");
}

}  // namespace

EnginePorts default_ports(std::optional<Instant> scripted, OpenAddress open_address) {
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
  ports.transport = make_curl_transport();
  ports.user_agent = make_user_agent(open_address ? std::move(open_address) : no_browser);
  ports.profiles = make_profile_reader();
  ports.linked_adapters = all_linked_adapters();
  return ports;
}

}  // namespace meisai::kit
