// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "adapters/japan_files/layout.h"
#include "meisai/ports/adapter.h"

namespace meisai::japan_files {

/// The adapter of member-downloadable files for these layouts, which must outlive it.
[[nodiscard]] std::unique_ptr<Adapter> make_japan_files(std::span<const JapanLayout* const> layouts);

}  // namespace meisai::japan_files
