// SPDX-License-Identifier: Apache-2.0
//
// Keeping count of the faults, and those that concern the whole answer. What they do inside a document is in
// spoiled_document.cpp.
#include "samples/issuer_sandbox/faults.h"

#include <Poco/Exception.h>
#include <Poco/Glob.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "samples/issuer_sandbox/spoiled_document.h"

namespace sandbox {
namespace {

constexpr std::array<std::string_view, 20> kinds{"too_many_requests", "unavailable",  "redirect",        "slow",
                                                 "cut_off",           "wrong_owner",  "pan_in_field",    "schema_drift",
                                                 "optional_wrong",    "endless_next", "next_other_host", "huge_body",
                                                 "deep_json",         "lost_refresh", "lost_answer",     "scope_excess",
                                                 "wrong_iss",         "wrong_state",  "not_json",        "turned_sign"};

std::int64_t number(const Fault& fault, const char* name, std::int64_t otherwise) {
  const std::string text = at(fault.parameters, name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? value : otherwise;
}

std::string deep_document(std::int64_t depth) {
  const auto size = static_cast<std::size_t>(std::max<std::int64_t>(1, depth));
  return R"({"Data":)" + std::string(size, '[') + std::string(size, ']') + "}";
}

// The browser's way back: another `iss`, or another `state`.
void replace_parameter(Response& response, const std::string& name, const std::string& value) {
  for (auto& [header, location] : response.headers) {
    const std::size_t found = header == "Location" ? location.find(name + "=") : std::string::npos;
    if (found != std::string::npos) {
      const std::size_t end = std::min(location.find('&', found), location.size());
      location.replace(found, end - found, name + "=" + percent(value));
    }
  }
}

void widen_scope(Response& response, const std::string& scope) {
  const std::string_view member = R"("scope":"accounts")";
  if (const std::size_t found = response.body.find(member); found != std::string::npos) {
    response.body.replace(found, member.size(), R"("scope":)" + json_string("accounts " + scope));
  }
}

}  // namespace

std::string Faults::add(Fault fault) {
  if (std::find(kinds.begin(), kinds.end(), fault.kind) == kinds.end()) {
    return "there is no fault of this name";
  }
  try {
    static_cast<void>(Poco::Glob(fault.path).match("/"));
  } catch (const Poco::Exception&) {
    return "the path is no pattern";
  }
  const std::lock_guard lock(mutex_);
  fault.id = next_++;
  faults_.push_back(std::move(fault));
  return {};
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

std::string Faults::json() const {
  const std::lock_guard lock(mutex_);
  std::string list;
  for (const Fault& fault : faults_) {
    list += (list.empty() ? "" : ",") + std::string(R"({"id":)") + std::to_string(fault.id) + R"(,"issuer":)" +
            json_string(fault.issuer) + R"(,"path":)" + json_string(fault.path) + R"(,"fault":)" +
            json_string(fault.kind) + R"(,"times":)" + std::to_string(fault.times) + R"(,"after":)" +
            std::to_string(fault.after) + "}";
  }
  return R"({"faults":[)" + list + "]}";
}

std::vector<Fault> Faults::strike(const std::string& issuer, const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::vector<Fault> striking;
  for (Fault& fault : faults_) {
    if ((!fault.issuer.empty() && fault.issuer != issuer) || !Poco::Glob(fault.path).match(path)) {
      continue;
    }
    if (fault.after > 0) {
      --fault.after;
    } else if (fault.times != 0) {
      fault.times = fault.times > 0 ? fault.times - 1 : fault.times;
      striking.push_back(fault);
    }
  }
  std::erase_if(faults_, [](const Fault& fault) { return fault.times == 0; });
  return striking;
}

std::optional<Response> answer_instead(const Fault& fault) {
  if (fault.kind == "too_many_requests") {
    Response response{.status = 429};
    if (const std::string wait = at(fault.parameters, "retry_after"); !wait.empty()) {
      response.headers.emplace_back("Retry-After", wait);
    }
    return response;
  }
  if (fault.kind == "unavailable") {
    Response response = obie_error(503, "UK.OBIE.UnexpectedError", "closed for maintenance");
    if (const std::string wait = at(fault.parameters, "retry_after"); !wait.empty()) {
      response.headers.emplace_back("Retry-After", wait);
    }
    return response;
  }
  if (fault.kind == "redirect") {
    const std::string target = at(fault.parameters, "to");
    return Response{.status = static_cast<int>(number(fault, "status", 302)),
                    .headers = {{"Location", target.empty() ? "https://elsewhere.invalid/" : target}}};
  }
  return std::nullopt;
}

void spoil(const Fault& fault, const std::string& origin, const Request& request, Response& response) {
  const std::string foreign = at(fault.parameters, "value");
  if (fault.kind == "wrong_iss") {
    replace_parameter(response, "iss", foreign.empty() ? "https://elsewhere.invalid" : foreign);
  } else if (fault.kind == "wrong_state") {
    replace_parameter(response, "state", foreign.empty() ? "another" : foreign);
  } else if (fault.kind == "scope_excess") {
    widen_scope(response, foreign.empty() ? "payments" : foreign);
  } else if (response.status != 200) {
    return;
  } else if (fault.kind == "deep_json") {
    response.body = deep_document(number(fault, "depth", 10'000));
  } else if (fault.kind == "not_json") {
    response.body = "<html>maintenance</html>";
  } else if (!response.body.empty()) {
    spoil_document(fault, origin, request, response);
  }
}

void arrange(const Fault& fault, Delivery& delivery) {
  if (fault.kind == "slow") {
    delivery.drip_ms = number(fault, "ms", 100);
    delivery.drip_bytes = static_cast<std::size_t>(std::max<std::int64_t>(1, number(fault, "bytes", 64)));
  } else if (fault.kind == "cut_off") {
    delivery.cut_per_cent = static_cast<std::size_t>(std::clamp<std::int64_t>(number(fault, "per_cent", 50), 0, 99));
  } else if (fault.kind == "lost_refresh" || fault.kind == "lost_answer") {
    delivery.destroy = true;
  } else if (fault.kind == "huge_body") {
    delivery.huge_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(1, number(fault, "bytes", 64 << 20)));
    delivery.huge_declared = at(fault.parameters, "declared") == "true";
    delivery.gzip = at(fault.parameters, "gzip") == "true";
  }
}

}  // namespace sandbox
