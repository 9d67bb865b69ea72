// SPDX-License-Identifier: Apache-2.0
//
// Public ids: a letter for the kind, the vault's four-character tag, the row's number in base 32. At most
// 19 characters, so that every accounting target takes them whole; the tag keeps an id of one store from
// meaning something in another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meisai/ids.h"

namespace meisai::ledger {

enum class IdKind : char {
  card = 'c',
  statement = 's',
  transaction = 't',
  incident = 'i',
  cursor = 'x',
  connection = 'n',
  consent = 'k',
  hold = 'h',
  suggestion = 'g',
};

[[nodiscard]] std::string public_id(IdKind kind, std::string_view vault_tag, std::int64_t number);
/// The number inside, or nothing where the text is no id of this kind and vault.
[[nodiscard]] std::optional<std::int64_t> number_of(IdKind kind, std::string_view vault_tag, std::string_view id);

}  // namespace meisai::ledger
