// SPDX-License-Identifier: Apache-2.0
//
// Rows of one card that no entry of the window has used, found by what is alike in a row and an entry.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "meisai/ports/store.h"

namespace meisai::ledger {

/// Without an id, a row of the same facts that lies further off is another purchase: a subscription comes every month.
constexpr DayKey longest_move_without_id = 10;

class Unused {
 public:
  explicit Unused(std::vector<StoredRow> rows) : rows_(std::move(rows)), taken_(rows_.size(), false) {}

  [[nodiscard]] const std::vector<StoredRow>& rows() const noexcept { return rows_; }
  [[nodiscard]] bool taken(std::size_t index) const noexcept { return taken_[index]; }
  void take(std::size_t index) { taken_[index] = true; }

  /// Makes rows findable by `key_of`; a row for which it yields nothing is not.
  template <class KeyOf>
  [[nodiscard]] auto indexed(const KeyOf& key_of) const {
    std::multimap<typename std::invoke_result_t<KeyOf, const StoredRow&>::value_type, std::size_t> index;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (const auto key = key_of(rows_[i]); key && !taken_[i]) index.emplace(*key, i);
    return index;
  }

  /// The one row of this key that is not taken. More than one: none, for nothing is merged on a guess.
  template <class Index, class Key>
  [[nodiscard]] std::optional<std::size_t> only(const Index& index, const Key& key) const {
    std::optional<std::size_t> found;
    const auto [begin, end] = index.equal_range(key);
    for (auto at = begin; at != end; ++at) {
      if (taken_[at->second]) continue;
      if (found) return std::nullopt;
      found = at->second;
    }
    return found;
  }

 private:
  std::vector<StoredRow> rows_;
  std::vector<bool> taken_;
};

}  // namespace meisai::ledger
