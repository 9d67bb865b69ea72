// SPDX-License-Identifier: Apache-2.0
//
// A wire without a network: answers come from the test, and the promises of HttpTransport are kept (a transfer whose
// crossing closed ends with that refusal and without its body; an abandoned one is never heard of again).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "meisai/ports/http.h"

namespace meisai::test {

inline HttpResponse answer(int status, std::string body = "{}",
                           std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = Secret(std::string_view(body))};
}

class ScriptedTransport final : public HttpTransport {
 public:
  struct Asked {
    std::string url;
    std::string bearer;
    std::string interaction;
  };
  std::vector<Asked> asked;
  std::vector<Ticket> abandoned;
  /// The answer to a request; by its url.
  std::function<Result<HttpResponse>(const std::string& url, const std::string& bearer)> issuer =
      [](const auto&, const auto&) -> Result<HttpResponse> { return answer(200); };
  std::function<void()> while_under_way;  ///< what the world does between request and answer
  bool silent = false;                    ///< nobody answers

  Result<Ticket> begin(HttpRequest request, const HttpRules&, Crossing crossing) override {
    Asked& now = asked.emplace_back();
    now.url = request.url;
    now.bearer = std::string(request.bearer.reveal_text());
    for (const auto& [name, value] : request.headers)
      if (name == "x-fapi-interaction-id") now.interaction = value;
    under_way_.emplace(++last_, UnderWay{now, std::move(crossing)});
    return last_;
  }
  std::vector<Ended> wait(std::chrono::milliseconds) override {
    if (while_under_way && !under_way_.empty()) while_under_way();
    std::vector<Ended> ended;
    std::erase_if(under_way_, [&](auto& entry) {
      const auto& [ticket, transfer] = entry;
      if (auto open = transfer.crossing.still_open(); !open) {
        ended.push_back({ticket, tl::unexpected(open.error())});
      } else if (!silent) {
        ended.push_back({ticket, issuer(transfer.asked.url, transfer.asked.bearer)});
      } else {
        return false;
      }
      return true;
    });
    return ended;
  }
  void abandon(Ticket ticket) noexcept override {
    if (under_way_.erase(ticket) != 0) abandoned.push_back(ticket);
  }
  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }

 private:
  struct UnderWay {
    Asked asked;
    Crossing crossing;
  };
  std::map<Ticket, UnderWay> under_way_;
  Ticket last_ = 0;
};

}  // namespace meisai::test
