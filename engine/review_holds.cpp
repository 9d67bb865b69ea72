// SPDX-License-Identifier: Apache-2.0
//
// The facade of held batches and of the quarantine.
#include <algorithm>

#include "engine/engine_impl.h"
#include "engine/reading/review_reader.h"
#include "engine/sync/hold_decision.h"

namespace meisai {
namespace {

constexpr std::size_t shown_rows = 1000;
constexpr std::size_t reported_rejections = 100;

/// An ended hold has nothing left to decide.
Result<void> require_open(const reading::KnownHold& held) {
  if (held.shown.state == HoldState::open) return {};
  return fail(Error{.code = Code::invalid_argument,
                    .what = "this hold has ended: it was " + std::string(name_of(held.shown.state)),
                    .where = {.issuer = held.document.issuer.text(), .document = held.shown.document},
                    .remedy = "see `meisai holds --all`"});
}

sync::OpenHold open_hold(const reading::KnownHold& held) { return {held.row, held.document, held.shown.id.text()}; }

HoldDetail::Row shown_row(const sync::Touched& touched, const sync::HoldTrial& trial,
                          const reading::LedgerReader& reader) {
  HoldDetail::Row row{.change = touched.change, .id = {}, .card_label = {}, .facts = touched.row.facts, .before = {}};
  // The number that a new row got in the trial went with it.
  if (touched.change != ChangeKind::added || touched.before) row.id = reader.transaction_id(touched.row.key);
  if (const auto label = trial.labels.find(touched.row.card); label != trial.labels.end())
    row.card_label = label->second;
  if (touched.change == ChangeKind::modified && touched.before) row.before = touched.before->facts;
  return row;
}

}  // namespace

Result<const LayoutInfo*> Engine::Impl::layout_of(const DocumentRow& document) {
  const auto among = [&](std::span<const LayoutInfo> layouts) -> const LayoutInfo* {
    const auto found = std::ranges::find_if(layouts, [&](const LayoutInfo& layout) {
      return layout.issuer == document.issuer && layout.layout == document.layout;
    });
    return found == layouts.end() ? nullptr : &*found;
  };
  const LayoutInfo* found = nullptr;
  if (document.connection.empty()) {
    for (const auto& adapter : ports.adapters)
      if (found == nullptr) found = among(adapter->layouts());
  } else {
    MEISAI_ASSIGN(const LinkedIssuer* issuer, linked_issuer(document.issuer));
    found = among(issuer->layouts());
  }
  if (found == nullptr)
    return fail(Code::document_not_recognized, "this program does not know the layout any more that it was read by",
                "use the version that held it, or `meisai holds discard ID`");
  return found;
}

Result<std::vector<Hold>> Engine::holds(bool all) {
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("holds"));
  MEISAI_ASSIGN(const std::vector<reading::KnownHold> known, reading::holds(now.reader, *now.view));
  std::vector<Hold> shown;
  for (const reading::KnownHold& held : known)
    if (all || held.shown.state == HoldState::open) shown.push_back(held.shown);
  return shown;
}

Result<HoldDetail> Engine::hold(const HoldId& id, const HoldAnswer& answer) {
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("hold_show", "hold " + id.text()));
  MEISAI_ASSIGN(const reading::KnownHold held, reading::hold(now.reader, *now.view, id));
  HoldDetail detail{.hold = held.shown, .rows = {}, .obstacle = {}};
  if (held.shown.state != HoldState::open) return detail;
  const auto layout = impl_->layout_of(held.document);
  const sync::HoldPorts ports{impl_->gate, *impl_->ports.store, *impl_->ports.normalizer};
  auto trial = layout ? sync::try_hold(ports, open_hold(held), **layout, answer, shown_rows)
                      : Result<sync::HoldTrial>(tl::unexpected(layout.error()));
  if (!trial) {
    if (trial.error().code == Code::store_busy) return fail(std::move(trial.error()));
    detail.obstacle = std::move(trial.error());
    return detail;
  }
  const sync::WindowsResult& result = trial->result;
  detail.added = result.added;
  detail.modified = result.modified;
  detail.removed = result.removed;
  detail.unchanged = result.unchanged;
  detail.rejected = result.rejected.size();
  const std::vector<CardKey> withheld = now.view->withheld_cards();
  for (const sync::Touched& touched : result.touched)
    if (!std::ranges::binary_search(withheld, touched.row.card))
      detail.rows.push_back(shown_row(touched, *trial, now.reader));
  return detail;
}

Result<ImportReport> Engine::accept_hold(const HoldId& id, const HoldAnswer& answer) {
  const auto held = [&]() -> Result<reading::KnownHold> {
    MEISAI_ASSIGN(Impl::Reading now, impl_->read("hold_show", "hold " + id.text()));
    return reading::hold(now.reader, *now.view, id);
  }();
  if (!held) return fail(held.error());
  MEISAI_TRY(require_open(*held));
  const auto layout = impl_->layout_of(held->document);
  if (!layout) return impl_->refused("hold_accept", layout.error());
  const sync::HoldPorts ports{impl_->gate, *impl_->ports.store, *impl_->ports.normalizer};
  auto accepted = sync::accept_hold(ports, open_hold(*held), **layout, answer);
  if (!accepted) return impl_->refused("hold_accept", std::move(accepted.error()));

  ImportReport report{.document = held->document.name,
                      .issuer = held->document.issuer,
                      .layout = held->document.layout,
                      .encoding = held->document.encoding,
                      .added = accepted->added,
                      .modified = accepted->modified,
                      .removed = accepted->removed,
                      .unchanged = accepted->unchanged,
                      .held = accepted->held,
                      .rejected = {},
                      .rejected_count = accepted->rejected.size(),
                      .unknown_columns = {},
                      .statements = {},
                      .hold = {},
                      .hold_id = {},
                      .preview = {}};
  for (const sync::RejectedCandidate& one : accepted->rejected)
    if (report.rejected.size() < reported_rejections)
      report.rejected.push_back({one.rejection.row, std::nullopt, one.rejection.code, one.rejection.message});
  MEISAI_TRY(impl_->show_statements(accepted->statements, report));
  return report;
}

Result<Hold> Engine::discard_hold(const HoldId& id) {
  auto held = [&]() -> Result<reading::KnownHold> {
    MEISAI_ASSIGN(Impl::Reading now, impl_->read("hold_show", "hold " + id.text()));
    return reading::hold(now.reader, *now.view, id);
  }();
  if (!held) return fail(std::move(held.error()));
  MEISAI_TRY(require_open(*held));
  const sync::HoldPorts ports{impl_->gate, *impl_->ports.store, *impl_->ports.normalizer};
  auto done = sync::discard_hold(ports, open_hold(*held), "");
  if (!done) return impl_->refused("hold_discard", std::move(done.error()));
  held->shown.state = HoldState::discarded;
  return held->shown;
}

Result<std::uint64_t> Engine::Impl::discard_expired_holds() {
  std::vector<reading::KnownHold> expired;
  {
    MEISAI_ASSIGN(Reading now, read("holds"));
    MEISAI_ASSIGN(expired, reading::holds(now.reader, *now.view));
  }
  std::erase_if(expired, [&](const reading::KnownHold& held) {
    return held.shown.state != HoldState::open || held.document.keep_raw_until >= gate.now();
  });
  const sync::HoldPorts hold_ports{gate, *ports.store, *ports.normalizer};
  for (const reading::KnownHold& held : expired)
    MEISAI_TRY(sync::discard_hold(hold_ports, open_hold(held), "retention"));
  return expired.size();
}

Result<std::vector<QuarantinedRecord>> Engine::quarantine() {
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("quarantine"));
  return reading::quarantine(now.reader, *now.view);
}

}  // namespace meisai
