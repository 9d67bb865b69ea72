// SPDX-License-Identifier: Apache-2.0
//
// The facade of what a person looks at and decides.
#include "engine/engine_impl.h"

namespace meisai {
namespace {
/// Until the slice is written.
tl::unexpected<Error> unbuilt() { return fail(Code::internal_bug, "not built yet"); }
}  // namespace

Result<Explanation> Engine::explain(const TransactionId&) { return unbuilt(); }
Result<std::vector<Suggestion>> Engine::suggestions(bool) { return unbuilt(); }
Result<Suggestion> Engine::decide(const SuggestionId&, bool) { return unbuilt(); }
Result<Card> Engine::join_cards(const CardId&, const CardId&) { return unbuilt(); }
Result<std::vector<Hold>> Engine::holds(bool) { return unbuilt(); }
Result<ImportReport> Engine::accept_hold(const HoldId&, const HoldAnswer&) { return unbuilt(); }
Result<Hold> Engine::discard_hold(const HoldId&) { return unbuilt(); }
Result<std::vector<QuarantinedRecord>> Engine::quarantine() { return unbuilt(); }
Result<ReplayReport> Engine::replay(const std::optional<IssuerId>&, bool) { return unbuilt(); }
Result<Transaction> Engine::annotate(const TransactionId&, const UserEdit&) { return unbuilt(); }
Result<Transaction> Engine::undo_annotation(const TransactionId&) { return unbuilt(); }

}  // namespace meisai
