// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "meisai/ports/adapter.h"

namespace meisai::sync {

struct Recognized {
  const Adapter* adapter = nullptr;
  const LayoutInfo* layout = nullptr;
};

/// Whose document is this? By content only. `document_not_recognized` (or the one near miss's own reason)
/// when nothing fits, `document_ambiguous` with the candidates when more than one layout does.
[[nodiscard]] Result<Recognized> recognize(std::span<const std::unique_ptr<Adapter>> adapters, std::string_view head,
                                           bool complete, const std::optional<IssuerId>& only_issuer);

}  // namespace meisai::sync
