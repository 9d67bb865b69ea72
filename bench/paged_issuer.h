// SPDX-License-Identifier: Apache-2.0
//
// The yardstick's pages as an issuer: they are numbered and have no links, so this conversation counts. Each
// row is read by the product's OBIE reader; what is measured is all that the product does with one.
#pragma once

#include <memory>
#include <string>

#include "meisai/ports/linked_adapter.h"

namespace meisai::bench {

struct Pages {
  std::size_t count = 0;
  std::size_t rows_a_commit = 10'000;  ///< at least; a window is never parted. As many as the import of a file takes
};

/// `base_url` ends with a slash; `ca_pem` is the server's certificate.
[[nodiscard]] std::unique_ptr<LinkedIssuer> paged_issuer(std::string base_url, Pages pages, std::string ca_pem);

}  // namespace meisai::bench
