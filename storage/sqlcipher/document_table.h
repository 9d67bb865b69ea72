// SPDX-License-Identifier: Apache-2.0
//
// Documents, with what a replay needs to know of them, their raw pages by number, and the records of them that could
// not be read.
#pragma once

#include <optional>
#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// The same digest and layout give the same number, and keep instant, channel and connection.
[[nodiscard]] Result<DocumentKey> save_document(Database& database, const DocumentRow& document);
[[nodiscard]] Result<std::optional<DocumentRow>> load_document(Database& database, DocumentKey document);
/// An empty issuer means every issuer. Oldest first.
[[nodiscard]] Result<std::vector<DocumentRow>> load_documents(Database& database, const IssuerId& issuer);

/// Numbers in raw_page, in order.
[[nodiscard]] Result<std::vector<std::int64_t>> load_page_numbers(Database& database, DocumentKey document);
/// The document is discarded from then on.
[[nodiscard]] Result<void> drop_document_pages(Database& database, DocumentKey document);
/// Raw pages whose retention ended before the instant, but for those of documents that are held. How many.
[[nodiscard]] Result<std::uint64_t> prune_pages(Database& database, Instant before);

[[nodiscard]] Result<std::vector<QuarantineRow>> load_quarantine(Database& database, DocumentKey document);
/// A row of document,line,code,stmt,field,message,masked_text.
[[nodiscard]] Result<QuarantineRow> read_quarantine(const Statement& row);
[[nodiscard]] Result<void> delete_quarantine(Database& database, DocumentKey document, std::uint64_t line, Code code);

}  // namespace meisai::sqlcipher
