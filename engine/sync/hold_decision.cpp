// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/hold_decision.h"

#include <algorithm>
#include <utility>

#include "engine/sync/holds.h"

namespace meisai::sync {
namespace {

/// As long as one import waits for another.
constexpr std::chrono::seconds turn_wait{10};

AuditDraft draft(Gate& gate, const OpenHold& held, std::string operation, std::string counts, std::string reason) {
  return {.at = gate.now(),
          .actor = "subject",
          .operation = std::move(operation),
          .object = "hold " + held.id + " document " + hex(held.document.digest).substr(0, 12) + std::move(counts),
          .result = "done",
          .reason = std::move(reason)};
}

/// The turn of the batch's source, so that no import or sync of it changes the ledger meanwhile.
Result<std::unique_ptr<Staging>> turn_of(const HoldPorts& ports, const OpenHold& held) {
  return ports.store.begin_staging({.connection = held.document.connection}, turn_wait);
}

/// As it stands in the transaction: somebody may have been faster.
Result<HoldRow> still_open(LedgerWrite& ledger, const OpenHold& held) {
  MEISAI_ASSIGN(const std::vector<HoldRow> holds, ledger.holds());
  const auto found = std::ranges::find(holds, held.hold.key, &HoldRow::key);
  if (found == holds.end()) return fail(Code::not_found, "there is no such hold");
  if (found->state != HoldState::open)
    return fail(Code::invalid_argument, "this hold has ended: it was " + std::string(name_of(found->state)));
  return *found;
}

/// The stored document at work, with its turn.
struct Work {
  std::unique_ptr<Staging> staging;
  std::unique_ptr<StagedDocument> document;
  std::unique_ptr<LedgerWrite> ledger;
  ImportOptions options;
};
Result<Work> begin(const HoldPorts& ports, const OpenHold& held, const LayoutInfo& layout, const HoldAnswer& answer) {
  Work work;
  work.options.card = answer.card;
  work.options.new_card = answer.new_card;
  MEISAI_ASSIGN(work.staging, turn_of(ports, held));
  MEISAI_ASSIGN(const DocumentRow row, work.staging->open_stored(held.document.key));
  MEISAI_ASSIGN(work.document, stored_document(*work.staging, row, layout));
  MEISAI_ASSIGN(work.ledger, work.staging->begin_window());
  MEISAI_ASSIGN(const HoldRow open, still_open(*work.ledger, held));
  return work;
}

Result<WindowsResult> apply(const HoldPorts& ports, Work& work, const OpenHold& held, std::size_t shown) {
  DocumentImport import(*work.document, ports.normalizer, work.options, ports.gate.now(), Acceptance{held.id, shown});
  return import.apply(*work.ledger, work.document->windows);
}

}  // namespace

Result<HoldTrial> try_hold(const HoldPorts& ports, const OpenHold& held, const LayoutInfo& layout,
                           const HoldAnswer& answer, std::size_t shown) {
  MEISAI_ASSIGN(Work work, begin(ports, held, layout, answer));
  HoldTrial trial;
  MEISAI_ASSIGN(trial.result, apply(ports, work, held, shown));
  MEISAI_ASSIGN(const std::vector<CardRow> cards, work.ledger->cards(held.document.issuer));
  for (const CardRow& card : cards) trial.labels.emplace(card.key, card.label);
  return trial;
}

Result<WindowsResult> accept_hold(const HoldPorts& ports, const OpenHold& held, const LayoutInfo& layout,
                                  const HoldAnswer& answer) {
  MEISAI_ASSIGN(auto permit,
                ports.gate.ask<Commit>({.issuer = held.document.issuer, .connection = held.document.connection}));
  MEISAI_ASSIGN(Work work, begin(ports, held, layout, answer));
  MEISAI_ASSIGN(WindowsResult result, apply(ports, work, held, 0));
  HoldRow ended = held.hold;
  MEISAI_TRY(end_hold(*work.ledger, std::move(ended), HoldState::accepted));
  const std::string counts = " +" + std::to_string(result.added) + " ~" + std::to_string(result.modified) + " -" +
                             std::to_string(result.removed) + " =" + std::to_string(result.unchanged) + " rejected " +
                             std::to_string(result.rejected.size());
  MEISAI_TRY(work.ledger->add_audit(draft(ports.gate, held, "hold_accept", counts, "")));
  MEISAI_TRY(work.ledger->commit(std::move(permit)));
  return result;
}

/// No consent is asked for: throwing away what came under one is allowed after its end.
Result<void> discard_hold(const HoldPorts& ports, const OpenHold& held, const std::string& reason) {
  MEISAI_ASSIGN(auto permit, ports.gate.ask<Commit>({.issuer = held.document.issuer}));
  MEISAI_ASSIGN(const auto staging, turn_of(ports, held));
  MEISAI_ASSIGN(const auto ledger, staging->begin_window());
  MEISAI_ASSIGN(HoldRow open, still_open(*ledger, held));
  MEISAI_TRY(end_hold(*ledger, std::move(open), HoldState::discarded));
  MEISAI_TRY(ledger->add_audit(draft(ports.gate, held, "hold_discard", "", reason)));
  return ledger->commit(std::move(permit));
}

}  // namespace meisai::sync
