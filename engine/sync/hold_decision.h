// SPDX-License-Identifier: Apache-2.0
//
// What a person does with a batch that was held: tries what it would do, accepts it, throws it away. Each works on the
// stored raw pages, in the turn of the source that they came from.
#pragma once

#include <string>

#include "engine/gate/gate.h"
#include "engine/sync/document_import.h"

namespace meisai::sync {

struct HoldPorts {
  Gate& gate;
  Store& store;
  Normalizer& normalizer;
};

/// A hold that is open, with its document and the layout that reads it.
struct OpenHold {
  HoldRow hold;
  DocumentRow document;
  std::string id;  ///< public
};

/// What accepting would do. Nothing of it stays. `labels`: of the cards as they would be called.
struct HoldTrial {
  WindowsResult result;
  std::map<CardKey, std::string> labels;
};
[[nodiscard]] Result<HoldTrial> try_hold(const HoldPorts& ports, const OpenHold& held, const LayoutInfo& layout,
                                         const HoldAnswer& answer, std::size_t shown);

/// Takes the batch in as it stands, in one commit with its audit entry. An API's only while its consent stands.
[[nodiscard]] Result<WindowsResult> accept_hold(const HoldPorts& ports, const OpenHold& held, const LayoutInfo& layout,
                                                const HoldAnswer& answer);

/// Throws the batch away. `reason`: of the audit entry; empty: a person said so.
[[nodiscard]] Result<void> discard_hold(const HoldPorts& ports, const OpenHold& held, const std::string& reason);

}  // namespace meisai::sync
