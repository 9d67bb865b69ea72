// SPDX-License-Identifier: Apache-2.0
//
// Reads a document through the public adapter port and keeps everything it yields, as a test wants to see it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/ports/adapter.h"

namespace meisai::test {

struct ReadDocument {
  std::vector<RawPage> pages;
  std::deque<CardClue> cards;
  DocumentFacts facts;
  std::optional<Error> error;

  [[nodiscard]] std::vector<std::string> lines() const;  ///< one text a record: kind, row, card, cells
  [[nodiscard]] std::string text() const;                ///< lines, cards and facts; rows too
  [[nodiscard]] std::size_t count(RecordKind kind) const;
};

/// A file below samples/statements.
[[nodiscard]] std::string sample(const std::string& name);
[[nodiscard]] std::string cp932(std::string_view utf8);
[[nodiscard]] std::string utf8(std::string_view cp932_bytes);
[[nodiscard]] std::string replaced(std::string text, std::string_view from, std::string_view to);

/// Feeds `bytes` in pieces of `step` (0: all at once).
[[nodiscard]] ReadDocument read_with(const Adapter& adapter, const LayoutInfo& layout, std::string_view bytes,
                                     std::size_t step = 0);
/// Recognizes and reads with the shipped adapters; nothing if not exactly one layout fits.
struct Recognized {
  std::vector<std::unique_ptr<Adapter>> adapters;
  Recognition recognition;
  const Adapter* adapter = nullptr;
  const LayoutInfo* layout = nullptr;
};
[[nodiscard]] Recognized recognize(std::string_view bytes);
[[nodiscard]] ReadDocument read(std::string_view bytes, std::size_t step = 0);

}  // namespace meisai::test
