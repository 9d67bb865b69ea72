// SPDX-License-Identifier: Apache-2.0
//
// Likeness of rows and candidates: an issuer writes other things around a shop's name in one view than in another, and
// which ones is data of its layouts.
#pragma once

#include "engine/ledger/identity.h"
#include "meisai/ports/adapter.h"
#include "meisai/ports/normalizer.h"

namespace meisai::ledger {

class LikenessOf {
 public:
  /// Both must outlive this.
  LikenessOf(Normalizer& normalizer, const Vocabulary& vocabulary) noexcept
      : normalizer_(&normalizer),
        vocabulary_(&vocabulary),
        plain_(vocabulary.merchant_prefixes.empty() && vocabulary.merchant_country_suffix.empty()) {}

  [[nodiscard]] std::uint64_t operator()(const TransactionFacts& facts) const {
    if (plain_) return likeness_hash(facts.merchant_normalized, facts);
    return likeness_hash(normalizer_->merchant_core(facts.merchant_normalized, *vocabulary_), facts);
  }

 private:
  Normalizer* normalizer_;
  const Vocabulary* vocabulary_;
  bool plain_;
};

}  // namespace meisai::ledger
