// SPDX-License-Identifier: Apache-2.0
//
// The layouts of each issuer; one .cpp file an issuer.
#pragma once

#include "adapters/japan_files/layout.h"

namespace meisai::issuers {

extern const japan_files::JapanLayout rakuten_closed_2026_06;
extern const japan_files::JapanLayout rakuten_closed_before_2026_06;
extern const japan_files::JapanLayout rakuten_closed_fee_column;
extern const japan_files::JapanLayout rakuten_open_2026_06;
extern const japan_files::JapanLayout rakuten_open_before_2026_06;
extern const japan_files::JapanLayout rakuten_open_fee_column;
extern const japan_files::JapanLayout smbc_closed;
extern const japan_files::JapanLayout smbc_open;
extern const japan_files::JapanLayout jcb_closed;

}  // namespace meisai::issuers
