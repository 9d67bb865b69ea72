// SPDX-License-Identifier: Apache-2.0
//
// The part of a merchant text that is the shop's own name. An issuer writes other things around it while a month is
// open than after it is closed; which ones is data of the issuer's tables.
#pragma once

#include <string_view>

#include "meisai/ports/adapter.h"

namespace meisai::normalizers {

/// See Normalizer::merchant_core. A part of `normalized`; knows nothing but its arguments.
[[nodiscard]] std::string_view merchant_core(std::string_view normalized, const Vocabulary& vocabulary) noexcept;

}  // namespace meisai::normalizers
