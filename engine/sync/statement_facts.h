// SPDX-License-Identifier: Apache-2.0
//
// What a window says of its statement: which one it is, its month, dates and stated sums. The document's
// name may label the billing month where the content does not tell it; it is never part of the anchor.
#pragma once

#include <string>

#include "engine/sync/window_content.h"

namespace meisai::sync {

/// Begins the anchor of a statement that the issuer gives an id of its own.
inline constexpr std::string_view reference_anchor = "id:";

/// Which statement the content says this is; empty where it says nothing.
[[nodiscard]] std::string anchor_of(const WindowContent& content);

/// Puts what the window states into `statement`, over what an earlier copy stated. `cards` are the
/// document's, resolved; `partial`: the copy lists less than is known, so what it lacks is kept.
void state(StatementRow& statement, const WindowContent& content, std::span<const CardRow> cards,
           const std::string& document_name, bool partial);

/// How many sums and components an earlier copy stated that this one lacks.
[[nodiscard]] std::size_t missing_from(const WindowContent& content, const StatementRow& known,
                                       std::span<const CardRow> cards);

/// `202610` in `202610meisai.csv`: a run of exactly six digits that is a year and month.
[[nodiscard]] std::optional<BillingMonth> month_in_name(std::string_view name);

}  // namespace meisai::sync
