// SPDX-License-Identifier: Apache-2.0
//
// One encrypted store that several engines have open at once, as programs of one person do: each has its own handles,
// locks and gate.
#pragma once

#include <memory>

#include "tests/store/store_fixture.h"

namespace meisai::oracle {

class SameFolder final : public test::World {
 public:
  explicit SameFolder(const test::FolderWorld& first) {
    const auto keys = first.provider();
    folder_ = test::must(sqlcipher::StoreFolder::open(first.folder(), *keys));
    control_ = &folder_->control();
    lock_ = &folder_->gate_lock();
    gate_ = std::make_unique<Gate>(*control_, *lock_, clock_);
    store_ = test::must(folder_->open_vault());
    consents_ = folder_->consents();
  }
  SameFolder(const SameFolder&) = delete;
  SameFolder& operator=(const SameFolder&) = delete;
  ~SameFolder() override {
    store_.reset();
    consents_.reset();
    gate_.reset();
  }

 private:
  std::unique_ptr<sqlcipher::StoreFolder> folder_;
};

}  // namespace meisai::oracle
