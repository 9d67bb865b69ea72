// SPDX-License-Identifier: Apache-2.0
//
// Several users of one transport on one thread. A sync has answers under way when it needs a new token: while
// the token call waits, their bytes move too, and what ends is kept for whoever began it.
#pragma once

#include <set>
#include <vector>

#include "meisai/ports/http.h"

namespace meisai::authorize {

/// What the views of one transport share. Outlives them.
class SharedTransport {
 public:
  explicit SharedTransport(HttpTransport& transport) : transport_(transport) {}

 private:
  friend class TransportView;
  HttpTransport& transport_;
  std::vector<HttpTransport::Ended> left_;  ///< ended while another view waited
};

/// Sees the transfers that were begun through it and no others. Breaks off what it leaves behind.
class TransportView final : public HttpTransport {
 public:
  explicit TransportView(SharedTransport& shared) : shared_(shared) {}
  TransportView(const TransportView&) = delete;
  TransportView& operator=(const TransportView&) = delete;
  ~TransportView() override;

  [[nodiscard]] Result<Ticket> begin(HttpRequest request, const HttpRules& rules, Crossing crossing) override;
  [[nodiscard]] std::vector<Ended> wait(std::chrono::milliseconds longest) override;
  void abandon(Ticket ticket) noexcept override;

 private:
  [[nodiscard]] std::vector<Ended> take_own();
  SharedTransport& shared_;
  std::set<Ticket> own_;
};

}  // namespace meisai::authorize
