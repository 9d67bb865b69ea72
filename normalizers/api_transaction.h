// SPDX-License-Identifier: Apache-2.0
//
// Rows of APIs: a word gives the sign, each row has its currency, and times carry a zone that no date is moved by.
#pragma once

#include "normalizers/row.h"

namespace meisai::normalizers {

[[nodiscard]] tl::expected<TransactionFacts, Rejection> read_api_transaction(const Cells& cells,
                                                                             const RawRecord& record,
                                                                             const Vocabulary& vocabulary,
                                                                             TextMemo& merchants);

/// A sum that a statement states: `value`, with the words of `direction` and `currency` beside it.
[[nodiscard]] tl::expected<std::int64_t, Rejection> read_api_sum(const Cells& cells, const RawRecord& record,
                                                                 const Vocabulary& vocabulary);

}  // namespace meisai::normalizers
