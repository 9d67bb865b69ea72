// SPDX-License-Identifier: Apache-2.0
//
// `csv`: one flat table for people and their spreadsheets.
#pragma once

#include <memory>

#include "meisai/ports/exporter.h"

namespace meisai::exporters {

[[nodiscard]] std::unique_ptr<Exporter> make_csv_exporter();

}  // namespace meisai::exporters
