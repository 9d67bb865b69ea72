// SPDX-License-Identifier: Apache-2.0
//
// The facade of what a person looks at and decides.
#include "engine/engine_impl.h"

namespace meisai {
namespace {
/// Until the slice is written.
tl::unexpected<Error> unbuilt() { return fail(Code::internal_bug, "not built yet"); }
}  // namespace

Result<ReplayReport> Engine::replay(const std::optional<IssuerId>&, bool) { return unbuilt(); }

}  // namespace meisai
