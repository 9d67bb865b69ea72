// SPDX-License-Identifier: Apache-2.0
//
// Plays a history on a real store, behind a real gate, with the engine's own sync.
#pragma once

#include <memory>

#include "engine/sync/linked_sync.h"
#include "normalizers/normalizers.h"
#include "storage/memory/wire_lock.h"
#include "tests/linked_sync/scripted_issuer.h"
#include "tests/linked_sync/scripted_transport.h"
#include "tests/oracle/reading.h"

namespace meisai::oracle {

class Desk {
 public:
  Desk(test::World& world, const Truth& truth, const std::string& connection = "CN1");

  /// Plays one look. It must leave the ledger in order, whatever it is.
  void play(const Visit& visit, Prediction& prediction);
  /// A document that is held for a person ends its look, and the history goes on.
  void let_holds_pass() { holds_pass_ = true; }
  [[nodiscard]] Reading& ledger() { return reading_; }
  /// That looking once more at the same says nothing new.
  void look_again(const Look& look);

 private:
  /// Breaks the scripted conversation off where the look says so; how many answers come whole.
  std::size_t break_off(const Look& look);
  [[nodiscard]] test::Script script_of(const Look& look) const;
  [[nodiscard]] test::Script pages_of(const Document& document) const;
  ConnectionReport look();
  test::World& world_;
  std::unique_ptr<WireLock> wire_ = memory::make_wire_lock();
  Gate gate_{world_.control(), world_.lock(), *wire_, world_.clock()};
  const Truth& truth_;
  ConnectionId connection_;
  Day today_ = first_fetch;
  test::ScriptedIssuer issuer_{"sample_card"};
  test::ScriptedTransport transport_;
  std::unique_ptr<Normalizer> normalizer_ = make_normalizer();
  SeededEntropy entropy_{11};
  Reading reading_{world_};
  int cutoffs_ = 0;
  bool holds_pass_ = false;
};

}  // namespace meisai::oracle
