// SPDX-License-Identifier: Apache-2.0
//
// What every case starts from: the doors as the public headers declare them, and a permit got the right way.
// A case holds two forms. With MEISAI_RIGHT_FORM it compiles, which proves that nothing else is wrong with it;
// without, it must fail, and every error must be one that its head announces.
#pragma once

#include <utility>

#include "engine/gate/gate.h"
#include "meisai/ports/consent_store.h"
#include "meisai/ports/http.h"
#include "meisai/ports/store.h"

namespace {

using namespace meisai;  // NOLINT: cases read like a caller's code

[[maybe_unused]] Result<void> done() { return {}; }

}  // namespace
