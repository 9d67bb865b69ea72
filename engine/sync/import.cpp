// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/import.h"

#include <algorithm>
#include <utility>

#include "engine/sync/holds.h"

namespace meisai::sync {
namespace {

/// How long a second import waits for the first.
constexpr std::chrono::seconds turn_wait{10};
/// Windows are committed together up to about this many records: a durable commit costs as much as a thousand rows.
constexpr std::uint64_t group_records = 10000;
constexpr std::size_t reported_rejections = 100;

std::string document_id(const Digest& digest) { return hex(digest).substr(0, 12); }

class Import {
 public:
  Import(const ImportPorts& ports, ByteSource& source, const ImportOptions& options)
      : ports_(ports), source_(source), options_(options) {}

  Result<ImportOutcome> run() {
    outcome_.report.document = source_.name();
    auto done = stage_and_commit();
    if (done) return std::move(outcome_);
    Error error = std::move(done.error());
    if (error.where.document.empty()) error.where.document = source_.name();
    if (is_hold(error.code) && staged_) {
      const auto kept = hold(error);
      if (kept) return std::move(outcome_);
      error = kept.error();
    }
    record(is_refusal(error.code) ? "refused" : "failed", error.code);
    return fail(std::move(error));
  }

 private:
  Result<void> stage_and_commit() {
    MEISAI_ASSIGN(const DocumentHead head, read_head(source_, ports_.adapters, options_.issuer));
    outcome_.report.issuer = head.recognized.layout->issuer;
    outcome_.report.layout = head.recognized.layout->layout;
    // Under a cutoff nothing is even staged. This permit serves the first commit, so that a cutoff in between
    // stops it even when it is lifted meanwhile; later groups ask for themselves.
    MEISAI_ASSIGN(auto first, ports_.gate.ask<Commit>({.issuer = outcome_.report.issuer}));
    std::optional<Permit<Commit>> permit(std::move(first));
    MEISAI_ASSIGN(staging_, ports_.store.begin_staging({}, turn_wait));
    MEISAI_ASSIGN(staged_, stage_document(source_, head, options_.progress, ports_.store, *staging_));
    describe(*staged_);
    DocumentImport import(*staged_, ports_.normalizer, options_, ports_.gate.now());
    const std::span<const WindowSpan> windows(staged_->windows);
    for (std::size_t begin = 0; begin < windows.size();) {
      std::size_t end = begin;
      std::uint64_t records = 0;
      while (end < windows.size() && (end == begin || records + windows[end].records <= group_records))
        records += windows[end++].records;
      if (!permit) {
        MEISAI_ASSIGN(auto next, ports_.gate.ask<Commit>({.issuer = outcome_.report.issuer}));
        permit.emplace(std::move(next));
      }
      MEISAI_TRY(
          commit_group(*staging_, import, windows.subspan(begin, end - begin), *std::exchange(permit, std::nullopt)));
      begin = end;
      if (options_.progress && !options_.progress({source_.size(), source_.size(), committed_records_ += records}))
        return fail(Code::interrupted, "stopped between two windows; what is stored is complete windows only");
    }
    return {};
  }

  void describe(const StagedDocument& document) {
    ImportReport& report = outcome_.report;
    report.encoding = document.facts.encoding;
    report.unknown_columns = document.facts.unknown_columns;
    document_ = document_id(document.digest);
    for (const WindowSpan& window : document.windows) transactions_ += window.transactions;
  }

  Result<void> commit_group(Staging& staging, DocumentImport& import, std::span<const WindowSpan> windows,
                            MEISAI_UNSPENT Permit<Commit> permit) {
    MEISAI_ASSIGN(const auto ledger, staging.begin_window());
    MEISAI_ASSIGN(const WindowsResult result, import.apply(*ledger, windows));
    MEISAI_TRY(ledger->add_audit(draft(result.held == 0 ? "done" : "held",
                                       "document " + document_ + " +" + std::to_string(result.added) + " ~" +
                                           std::to_string(result.modified) + " =" + std::to_string(result.unchanged) +
                                           " held " + std::to_string(result.held) + " rejected " +
                                           std::to_string(result.rejected.size()),
                                       "")));
    MEISAI_TRY(ledger->commit(std::move(permit)));
    take(result);
    return {};
  }

  void take(const WindowsResult& result) {
    ImportReport& report = outcome_.report;
    report.added += result.added;
    report.modified += result.modified;
    report.removed += result.removed;
    report.unchanged += result.unchanged;
    report.held += result.held;
    report.rejected_count += result.rejected.size();
    for (const RejectedCandidate& rejected : result.rejected) {
      if (report.rejected.size() == reported_rejections) break;
      report.rejected.push_back(
          {rejected.rejection.row, std::nullopt, rejected.rejection.code, rejected.rejection.message});
    }
    outcome_.statements.insert(outcome_.statements.end(), result.statements.begin(), result.statements.end());
  }

  /// The document is kept aside whole, with its diagnosis, until a person decides.
  Result<void> hold(const Error& error) {
    MEISAI_ASSIGN(auto permit, ports_.gate.ask<Commit>({.issuer = outcome_.report.issuer}));
    MEISAI_ASSIGN(const auto ledger, staging_->begin_window());
    MEISAI_ASSIGN(const HoldId id, keep_hold(*ledger, *staged_, error, ports_.gate.now()));
    MEISAI_TRY(ledger->add_audit(
        draft("held", "document " + document_ + " hold " + id.text(), std::string(name_of(error.code)))));
    MEISAI_TRY(ledger->commit(std::move(permit)));
    outcome_.report.held = transactions_;
    outcome_.report.hold = error;
    outcome_.report.hold_id = id;
    return {};
  }

  [[nodiscard]] AuditDraft draft(std::string result, std::string object, std::string reason) const {
    return {.at = ports_.gate.now(),
            .actor = "subject",
            .operation = "import",
            .object = std::move(object),
            .result = std::move(result),
            .reason = std::move(reason)};
  }

  void record(const char* result, Code code) {
    // Nothing was let through. If even this entry cannot be written, the error at hand says more.
    std::ignore = ports_.store.record(
        draft(result, document_.empty() ? "document" : "document " + document_, std::string(name_of(code))));
  }

  const ImportPorts& ports_;
  ByteSource& source_;
  const ImportOptions& options_;
  ImportOutcome outcome_;
  std::unique_ptr<Staging> staging_;
  std::unique_ptr<StagedDocument> staged_;
  std::string document_;
  std::uint64_t transactions_ = 0;
  std::uint64_t committed_records_ = 0;
};

}  // namespace

Result<ImportOutcome> import_document(const ImportPorts& ports, ByteSource& source, const ImportOptions& options) {
  return Import(ports, source, options).run();
}

}  // namespace meisai::sync
