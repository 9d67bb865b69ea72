// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/staging.h"

#include <zstd.h>

#include <utility>

#include "storage/sqlcipher/document_table.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

// Far above what RawPageBuilder makes (1 MiB of text): a bigger claim is damage, not a page.
constexpr unsigned long long largest_page = 64ULL << 20U;

class SqlcipherStaging final : public Staging {
 public:
  explicit SqlcipherStaging(std::shared_ptr<ImportTurn> turn) : turn_(std::move(turn)) {}
  Result<void> put(std::string_view encoded_page) override { return turn_->put(encoded_page); }
  std::size_t page_count() const override { return turn_->page_count(); }
  Result<std::string> page(std::size_t index) override { return turn_->page(index); }
  Result<void> next_document() override { return turn_->next_document(); }
  Result<DocumentRow> open_stored(DocumentKey document) override { return turn_->open_stored(document); }
  Result<std::unique_ptr<LedgerWrite>> begin_window() override { return begin_write(turn_); }

 private:
  std::shared_ptr<ImportTurn> turn_;
};

}  // namespace

Result<std::string> compress_page(std::string_view page) {
  // One context a thread: making one costs more than compressing a small page.
  thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  if (!context) throw std::bad_alloc();
  std::string out(ZSTD_compressBound(page.size()), '\0');
  const std::size_t size = ZSTD_compressCCtx(context.get(), out.data(), out.size(), page.data(), page.size(), 1);
  if (ZSTD_isError(size) != 0) return fail(Code::internal_bug, "a raw page could not be compressed");
  out.resize(size);
  return out;
}

Result<std::string> decompress_page(std::span<const std::byte> blob) {
  const unsigned long long size = ZSTD_getFrameContentSize(blob.data(), blob.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > largest_page)
    return damaged_value("a raw page");
  std::string page(static_cast<std::size_t>(size), '\0');
  const std::size_t got = ZSTD_decompress(page.data(), page.size(), blob.data(), blob.size());
  if (ZSTD_isError(got) != 0 || got != page.size()) return damaged_value("a raw page");
  return page;
}

Result<std::unique_ptr<Staging>> begin_staging(std::shared_ptr<Vault> vault, const StagingOwner& owner,
                                               std::chrono::milliseconds wait) {
  MEISAI_ASSIGN(const auto turn_file, vault->turn_file(owner));
  MEISAI_ASSIGN(auto lock, gate_lock::LockedFile::open(turn_file));
  MEISAI_ASSIGN(const bool ours,
                gate_lock::until(wait, [&] { return lock.try_lock(gate_lock::LockKind::exclusive, 0); }));
  if (!ours)
    return fail(Code::store_busy,
                owner.connection.empty() ? "another import is running" : "another sync of this connection is running",
                "wait until it has ended, then try again", Retry::later);
  MEISAI_ASSIGN(Lease lease, vault->connection());
  auto turn =
      std::make_shared<ImportTurn>(std::move(vault), owner.connection.text(), std::move(lock), std::move(lease));
  MEISAI_TRY(turn->discard_staged());  // what a crash left
  return std::make_unique<SqlcipherStaging>(std::move(turn));
}

ImportTurn::~ImportTurn() {
  lease_->rollback();
  // Failing here is harmless: the next import discards them.
  if (!discard_staged() || !synchronous(Synchronous::full)) lease_.spoil();
}

Result<void> ImportTurn::synchronous(Synchronous level) {
  if (level_ == level) return {};
  MEISAI_TRY(database().set_synchronous(level));
  level_ = level;
  return {};
}

Result<void> ImportTurn::put(std::string_view encoded_page) {
  MEISAI_ASSIGN(std::string compressed, compress_page(encoded_page));
  // A page put while a window is open must survive the window's rollback: it waits outside of it.
  waiting_.push_back(std::move(compressed));
  return window_open_ ? Result<void>{} : write_waiting();
}

Result<void> ImportTurn::write_waiting() {
  if (waiting_.empty()) return {};
  MEISAI_TRY(synchronous(Synchronous::normal));
  std::vector<std::int64_t> numbers;
  MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database()));
  for (const std::string& compressed : waiting_) {
    MEISAI_ASSIGN(const std::int64_t number, insert_page(compressed));
    MEISAI_TRY(database().prepared("INSERT INTO staged_page VALUES(?1,?2)").bind(1, number).bind(2, owner_).run());
    numbers.push_back(number);
  }
  MEISAI_TRY(transaction.commit());
  database().checkpoint_when_long();
  pages_.insert(pages_.end(), numbers.begin(), numbers.end());
  waiting_.clear();
  return {};
}

Result<std::int64_t> ImportTurn::insert_page(const std::string& compressed) {
  MEISAI_TRY(database()
                 .prepared("INSERT INTO raw_page(data) VALUES(?1)")
                 .bind_static(1, std::as_bytes(std::span(compressed)))
                 .run());
  return database().last_insert_rowid();
}

Result<std::string> ImportTurn::page(std::size_t index) {
  if (index >= page_count()) return fail(Code::not_found, "no such staged page");
  if (index >= pages_.size()) return decompress_page(std::as_bytes(std::span(waiting_[index - pages_.size()])));
  Statement& row = database().prepared("SELECT data FROM raw_page WHERE id=?1");
  const RowScope scope(row);
  row.bind(1, pages_[index]);
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return damaged_value("a staged page is gone");
  return decompress_page(row.blob(0));
}

Result<void> ImportTurn::next_document() {
  if (window_open_) return fail(Code::internal_bug, "the document's window is still open");
  waiting_.clear();
  MEISAI_TRY(discard_staged());
  pages_.clear();
  renewed_.clear();
  return {};
}

Result<DocumentRow> ImportTurn::open_stored(DocumentKey document) {
  if (window_open_) {
    MEISAI_ASSIGN(const bool staged, has_staged());
    if (staged || !waiting_.empty()) return fail(Code::internal_bug, "the window is at work on another document");
    pages_.clear();
  } else {
    MEISAI_TRY(next_document());
  }
  MEISAI_ASSIGN(const std::optional<DocumentRow> row, load_document(database(), document));
  if (!row) return fail(Code::not_found, "no such document");
  MEISAI_ASSIGN(std::vector<std::int64_t> pages, load_page_numbers(database(), document));
  if (pages.empty()) return fail(Code::not_found, "the document's raw records are gone");
  pages_ = std::move(pages);
  renewed_.insert(document);  // its pages are this turn's already
  return *row;
}

Result<void> ImportTurn::begin_window() {
  if (window_open_) return fail(Code::internal_bug, "a window is open already");
  MEISAI_TRY(write_waiting());
  MEISAI_TRY(synchronous(Synchronous::full));
  MEISAI_TRY(database().begin_immediate());
  window_open_ = true;
  return {};
}

Result<void> ImportTurn::adopt_pages(DocumentKey document) {
  MEISAI_ASSIGN(const bool staged, has_staged());
  if (!staged && waiting_.empty()) return {};
  if (!renewed_.contains(document)) {
    MEISAI_TRY(database()
                   .prepared("DELETE FROM raw_page WHERE id IN (SELECT page FROM document_page WHERE document=?1)")
                   .bind(1, document)
                   .run());
    MEISAI_TRY(database().prepared("DELETE FROM document_page WHERE document=?1").bind(1, document).run());
    renewing_.insert(document);
  }
  MEISAI_TRY(database()
                 .prepared("INSERT INTO document_page SELECT ?1,page FROM staged_page WHERE owner=?2")
                 .bind(1, document)
                 .bind(2, owner_)
                 .run());
  MEISAI_TRY(database().prepared("DELETE FROM staged_page WHERE owner=?1").bind(1, owner_).run());
  for (; adopted_waiting_ < waiting_.size(); ++adopted_waiting_) {
    MEISAI_ASSIGN(const std::int64_t number, insert_page(waiting_[adopted_waiting_]));
    MEISAI_TRY(database().prepared("INSERT INTO document_page VALUES(?1,?2)").bind(1, document).bind(2, number).run());
    pages_.push_back(number);
  }
  return {};
}

void ImportTurn::end_window(bool committed) {
  window_open_ = false;
  if (committed) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(adopted_waiting_));
    renewed_.merge(renewing_);
  } else {
    database().rollback();
    pages_.resize(pages_.size() - adopted_waiting_);
  }
  adopted_waiting_ = 0;
  renewing_.clear();
  database().checkpoint_when_long();  // here and not in COMMIT: nobody waits for us at the gate any more
}

Result<bool> ImportTurn::has_staged() {
  Statement& row = database().prepared("SELECT 1 FROM staged_page WHERE owner=?1");
  const RowScope scope(row);
  row.bind(1, owner_);
  return row.step();
}

Result<void> ImportTurn::discard_staged() {
  MEISAI_ASSIGN(const bool staged, has_staged());
  if (!staged) return {};
  MEISAI_TRY(synchronous(Synchronous::normal));
  MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database()));
  MEISAI_TRY(database()
                 .prepared("DELETE FROM raw_page WHERE id IN (SELECT page FROM staged_page WHERE owner=?1)")
                 .bind(1, owner_)
                 .run());
  MEISAI_TRY(database().prepared("DELETE FROM staged_page WHERE owner=?1").bind(1, owner_).run());
  return transaction.commit();
}

}  // namespace meisai::sqlcipher
