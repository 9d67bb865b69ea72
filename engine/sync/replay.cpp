// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/replay.h"

#include <algorithm>
#include <utility>

#include "engine/sync/document_replay.h"

namespace meisai::sync {
namespace {

/// As long as one import waits for another.
constexpr std::chrono::seconds turn_wait{10};

class Replay {
 public:
  Replay(const ReplayPorts& ports, const LayoutFinder& layout_of) : ports_(ports), layout_of_(layout_of) {}

  /// All of it in one transaction, so that each document meets what the earlier ones came to.
  Result<ReplayReport> show(std::span<const DocumentRow> documents) {
    MEISAI_ASSIGN(const auto staging, ports_.store.begin_staging({}, turn_wait));
    MEISAI_ASSIGN(const auto ledger, staging->begin_window());
    for (const DocumentRow& document : documents) {
      MEISAI_ASSIGN(const auto staged, open(*staging, document));
      if (staged) MEISAI_TRY(read(*ledger, *staged, document));
    }
    // Their numbers are thrown away with the transaction.
    for (ReplayReport::Difference& one : report_.differences)
      if (one.field == new_row_field) one.id = {};
    return std::move(report_);
  }

  Result<ReplayReport> apply(std::span<const DocumentRow> documents) {
    for (const DocumentRow& document : documents) MEISAI_TRY(apply_one(document));
    report_.applied = true;
    return std::move(report_);
  }

 private:
  Result<void> apply_one(const DocumentRow& document) {
    MEISAI_ASSIGN(auto permit, leave_for(document));
    MEISAI_ASSIGN(const auto staging, ports_.store.begin_staging({.connection = document.connection}, turn_wait));
    MEISAI_ASSIGN(const auto staged, open(*staging, document));
    if (!staged) return {};
    MEISAI_ASSIGN(const auto ledger, staging->begin_window());
    const Counts before = counts();
    MEISAI_ASSIGN(const bool changed, read(*ledger, *staged, document));
    if (!changed) return {};
    MEISAI_TRY(ledger->add_audit(draft(document, before)));
    return ledger->commit(std::move(permit));
  }

  /// What is kept after the end of its consent is the person's own, like a file: nobody is asked for it any more.
  Result<Permit<Commit>> leave_for(const DocumentRow& document) {
    auto permit = ports_.gate.ask<Commit>({.issuer = document.issuer, .connection = document.connection});
    if (permit) return permit;
    const Code code = permit.error().code;
    const bool consent_is_over = code == Code::consent_expired || code == Code::consent_withdrawn ||
                                 code == Code::consent_superseded || code == Code::consent_missing;
    if (!consent_is_over) return permit;
    return ports_.gate.ask<Commit>({.issuer = document.issuer});
  }

  /// The stored document; nothing, and counted, where it cannot be read again.
  Result<std::unique_ptr<StagedDocument>> open(Staging& staging, const DocumentRow& document) {
    const LayoutInfo* layout = layout_of_(document);
    auto row = staging.open_stored(document.key);
    if (!row && row.error().code == Code::not_found) {
      ++report_.without_records;
      return std::unique_ptr<StagedDocument>();
    }
    if (!row) return fail(std::move(row.error()));
    if (layout == nullptr) {
      ++report_.unknown_layouts;
      return std::unique_ptr<StagedDocument>();
    }
    ++report_.documents;
    return stored_document(staging, *row, *layout);
  }

  Result<bool> read(LedgerWrite& ledger, StagedDocument& staged, const DocumentRow& document) {
    return replay_document(ledger, staged, document, ports_.normalizer, ports_.gate.now(), report_);
  }

  struct Counts {
    std::uint64_t added = 0;
    std::uint64_t modified = 0;
    std::uint64_t released = 0;
  };
  [[nodiscard]] Counts counts() const { return {report_.added, report_.modified, report_.released}; }

  [[nodiscard]] AuditDraft draft(const DocumentRow& document, const Counts& before) const {
    return {.at = ports_.gate.now(),
            .actor = "subject",
            .operation = "replay",
            .object = "document " + hex(document.digest).substr(0, 12) + " +" +
                      std::to_string(report_.added - before.added) + " ~" +
                      std::to_string(report_.modified - before.modified) + " released " +
                      std::to_string(report_.released - before.released),
            .result = "done",
            .reason = ""};
  }

  const ReplayPorts& ports_;
  const LayoutFinder& layout_of_;
  ReplayReport report_;
};

}  // namespace

Result<ReplayReport> replay(const ReplayPorts& ports, std::vector<DocumentRow> documents, const LayoutFinder& layout_of,
                            bool apply) {
  std::erase_if(documents, [](const DocumentRow& row) { return row.state != DocumentState::taken_in; });
  std::ranges::sort(documents, {}, &DocumentRow::key);
  Replay work(ports, layout_of);
  return apply ? work.apply(documents) : work.show(documents);
}

}  // namespace meisai::sync
