// SPDX-License-Identifier: Apache-2.0
//
// The switches of the control port: which answers go wrong, how, and how often. A fault stands until it was
// used `times` times or is cleared. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "samples/issuer_sandbox/http_message.h"

namespace sandbox {

struct Fault {
  std::uint64_t id = 0;
  std::string issuer;       ///< empty: both
  std::string path = "*";   ///< with `*` for any run of characters
  std::string kind;         ///< see README.md
  std::int64_t times = -1;  ///< how often it still strikes; -1: always
  std::int64_t after = 0;   ///< how many matching requests it lets pass first
  std::map<std::string, std::string> parameters;
};

/// How an answer leaves. Made of the faults that strike; empty: as it should.
struct Delivery {
  std::optional<std::int64_t> drip_ms;      ///< between two pieces
  std::size_t drip_bytes = 64;              ///< of one piece
  std::optional<std::size_t> cut_per_cent;  ///< of the body, then the connection breaks
  bool destroy = false;                     ///< no byte of the answer
  std::uint64_t huge_bytes = 0;             ///< the body is white space of that length behind a good beginning
  bool huge_declared = false;               ///< with its length stated
  bool gzip = false;                        ///< compressed: a bomb
};

class Faults {
 public:
  /// Empty where it was taken, otherwise what is wrong with it.
  [[nodiscard]] std::string add(Fault fault);
  void clear();
  [[nodiscard]] std::string json() const;
  /// The faults that strike this request; counts them down.
  [[nodiscard]] std::vector<Fault> strike(const std::string& issuer, const std::string& path);

 private:
  mutable std::mutex mutex_;
  std::uint64_t next_ = 1;
  std::vector<Fault> faults_;
};

/// An answer that stands for the real one, before anything was done: 429, 503, redirect.
[[nodiscard]] std::optional<Response> answer_instead(const Fault& fault);
/// Changes an answer that is there. `origin` is the company's own.
void spoil(const Fault& fault, const std::string& origin, const Request& request, Response& response);
void arrange(const Fault& fault, Delivery& delivery);

}  // namespace sandbox
