// SPDX-License-Identifier: Apache-2.0
//
// A transport, a gate that hands out crossings and can be closed, and the short way to send one request.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "engine/gate/gate.h"
#include "meisai/ports/http.h"
#include "tests/transport/certificates.h"
#include "tests/transport/tls_server.h"

namespace meisai::test {

/// Facts, locks and clock of a gate in memory. Any thread may close it.
class WireGate final : public FactSource, public GateLock, public WireLock, public Clock {
 public:
  WireGate() : gate_(*this, *this, *this, *this) {}
  [[nodiscard]] Crossing cross();
  /// A cutoff of everything is announced: every crossing's `still_open` fails from now on.
  void close();
  void open_again();
  /// Crossings that somebody holds.
  [[nodiscard]] int held() const { return held_; }

  Result<Facts> facts() override;
  Result<Facts> facts_about(const ConnectionId&) override { return facts(); }
  Result<void> raise_high_water(Instant) override { return {}; }
  Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds) override;
  Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds) override;
  Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId&, const ConnectionId&) override;
  Result<void> drain(const IssuerId&, const ConnectionId&, std::chrono::milliseconds) override { return {}; }
  [[nodiscard]] Instant wall() const override { return Instant(std::chrono::hours(1)); }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return {}; }

 private:
  std::mutex mutex_;
  Facts now_;
  std::atomic<int> held_ = 0;
  Gate gate_;
};

/// Rules that allow GET and POST everywhere below the server's `/api/`, in the sandbox, trusting `ca`.
[[nodiscard]] HttpRules rules_for(const TlsServer& server, const std::string& ca_pem);

struct Wire {
  WireGate gate;
  std::unique_ptr<HttpTransport> transport;
  Wire();
  /// Begins and waits for the end.
  [[nodiscard]] Result<HttpResponse> fetch(HttpRequest request, const HttpRules& rules);
  [[nodiscard]] Result<HttpResponse> get(const std::string& url, const HttpRules& rules);
};

[[nodiscard]] HttpRequest get_request(std::string url);
[[nodiscard]] HttpRequest post_request(std::string url, std::string_view body);
/// The code of the failure; fails the test if there is none.
[[nodiscard]] Code code_of(const Result<HttpResponse>& result);
[[nodiscard]] std::string body_of(const Result<HttpResponse>& result);

}  // namespace meisai::test
