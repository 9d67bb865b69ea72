// SPDX-License-Identifier: Apache-2.0
#include "exporters/all.h"

#include "exporters/csv/csv_exporter.h"
#include "exporters/hledger/hledger_exporter.h"
#include "exporters/jsonl/jsonl_exporter.h"

namespace meisai {

std::vector<std::unique_ptr<Exporter>> all_exporters() {
  std::vector<std::unique_ptr<Exporter>> list;
  list.push_back(exporters::make_csv_exporter());
  list.push_back(exporters::make_hledger_exporter());
  list.push_back(exporters::make_jsonl_exporter());
  return list;
}

}  // namespace meisai
