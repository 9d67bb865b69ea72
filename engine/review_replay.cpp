// SPDX-License-Identifier: Apache-2.0
//
// The facade of reading stored raw records again.
#include <algorithm>

#include "engine/engine_impl.h"
#include "engine/sync/replay.h"

namespace meisai {

Result<ReplayReport> Engine::replay(const std::optional<IssuerId>& issuer, bool apply) {
  std::vector<DocumentRow> documents;
  {
    MEISAI_ASSIGN(const Impl::Reading now, impl_->read("replay", apply ? "apply" : "show"));
    MEISAI_ASSIGN(documents, now.view->documents());
  }
  MEISAI_ASSIGN(const std::vector<Connection> connections, impl_->ports.control->connections());
  std::erase_if(documents, [&](const DocumentRow& row) {  // what is sealed is not read again either
    const auto found = std::ranges::find(connections, row.connection, &Connection::id);
    return found != connections.end() && found->consent.held != HeldData::usable;
  });
  if (issuer) std::erase_if(documents, [&](const DocumentRow& row) { return row.issuer != *issuer; });
  const sync::LayoutFinder layout_of = [this](const DocumentRow& document) -> const LayoutInfo* {
    const auto found = impl_->layout_of(document);
    return found ? *found : nullptr;
  };
  const sync::ReplayPorts ports{impl_->gate, *impl_->ports.store, *impl_->ports.normalizer};
  auto report = sync::replay(ports, std::move(documents), layout_of, apply);
  if (!report) return impl_->refused("replay", std::move(report.error()));
  return report;
}

}  // namespace meisai
