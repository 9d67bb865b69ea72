// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/staged_document.h"

#include <openssl/evp.h>

#include <algorithm>

#include "meisai/pan_guard.h"

namespace meisai::sync {
namespace {

constexpr std::size_t head_bytes = std::size_t{64} << 10U;
constexpr std::size_t chunk_bytes = std::size_t{256} << 10U;
constexpr std::size_t kept_pages = 16;

/// SHA-256 over bytes that pass by.
class RunningDigest {
 public:
  RunningDigest() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr); }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  [[nodiscard]] Digest finish() {
    Digest digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    return digest;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

/// Reads until the buffer is full or the document ends.
Result<std::size_t> fill(ByteSource& source, std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    MEISAI_ASSIGN(const std::size_t got, source.read(buffer.subspan(filled)));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

tl::unexpected<Error> too_large() {
  return fail(Code::document_too_large, "a document may have up to 1 GiB", "split the document by month");
}

Result<void> take_pages(DocumentReader& reader, StagedDocument& document, Store& store) {
  while (auto page = reader.take_page()) MEISAI_TRY(document.add_page(std::move(*page)));
  return document.see_cards(reader.cards(), document.layout->issuer, store);
}

/// Errors of the reader name the row; the document and layout are known here.
tl::unexpected<Error> located(Error error, const StagedDocument& document) {
  error.where.issuer = document.layout->issuer.text();
  error.where.layout = document.layout->layout;
  return fail(std::move(error));
}

Result<void> read_all(ByteSource& source, std::string_view head, DocumentReader& reader, StagedDocument& document,
                      const ProgressCallback& progress, Store& store) {
  RunningDigest digest;
  std::vector<char> buffer(chunk_bytes);
  std::uint64_t bytes = 0;
  for (std::string_view chunk = head; !chunk.empty();) {
    bytes += chunk.size();
    if (bytes > longest_document) return too_large();
    digest.add(chunk);
    if (auto fed = reader.feed(chunk); !fed) return located(std::move(fed.error()), document);
    MEISAI_TRY(take_pages(reader, document, store));
    if (progress && !progress({bytes, source.size(), 0}))
      return fail(Code::interrupted, "stopped while the document was read; nothing was stored");
    MEISAI_ASSIGN(const std::size_t got, fill(source, buffer));
    chunk = std::string_view(buffer.data(), got);
  }
  if (auto finished = reader.finish(); !finished) return located(std::move(finished.error()), document);
  MEISAI_TRY(take_pages(reader, document, store));
  document.close_window();
  document.facts = reader.facts();
  document.digest = digest.finish();
  return {};
}

}  // namespace

Result<void> StagedDocument::see_cards(std::span<const CardClue> clues, const IssuerId& issuer, Store& store) {
  for (std::size_t i = cards.size(); i < clues.size(); ++i) {
    const CardClue& clue = clues[i];
    // A file's card may have nothing but its name to tell it apart.
    MEISAI_ASSIGN(const Digest hash, origin.connection.empty()
                                         ? store.card_hash(issuer.text() + '\n' + clue.name, clue.key_text)
                                         : hash_of_linked_card(clue, issuer, store));
    cards.push_back({hash, clue.name, clue.role, clue.last4});
  }
  return {};
}

void StagedDocument::note_windows(const RawPage& page) {
  const auto records = page.records();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].kind == RecordKind::window_end) {
      open_.end_page = pages_;
      open_.end_record = i;
      close_window();
      open_.first_page = pages_;
      open_.first_record = i + 1;
    } else {
      ++open_.records;
      if (records[i].kind == RecordKind::transaction) ++open_.transactions;
      open_.end_page = pages_;
      open_.end_record = i + 1;
    }
  }
}

Result<void> StagedDocument::add_stored_page(RawPage page) {
  note_windows(page);
  kept_.push_back({pages_++, std::move(page)});
  return make_room();
}

Result<void> StagedDocument::add_page(RawPage page) {
  note_windows(page);
  // An issuer's answer mostly says what is known: its pages are written when something of them is taken in.
  const bool at_once = !held_back_;
  if (at_once) MEISAI_TRY(stage(page));
  kept_.push_back({pages_++, std::move(page), at_once});
  return make_room();
}

Result<void> StagedDocument::stage(const RawPage& page) {
  std::string bytes = page.encode();
  if (digests_pages_) {
    RunningDigest running;
    running.add({reinterpret_cast<const char*>(staged_.data()), staged_.size()});
    running.add(bytes);
    staged_ = running.finish();
  }
  return staging_.put(bytes);
}

Result<void> StagedDocument::identify() {
  MEISAI_TRY(stage_all());
  if (!digests_pages_ || digest != Digest{}) return {};
  RunningDigest running;
  running.add(name + '\n' + origin.connection.text());
  running.add({reinterpret_cast<const char*>(staged_.data()), staged_.size()});
  digest = running.finish();
  return {};
}

Result<void> StagedDocument::make_room() {
  if (kept_.size() <= kept_pages) return {};
  if (!kept_.front().staged) MEISAI_TRY(stage_all());  // in order, and the rest soon enough
  kept_.pop_front();
  return {};
}

Result<void> StagedDocument::stage_all() {
  held_back_ = false;
  for (Kept& kept : kept_) {
    if (kept.staged) continue;
    MEISAI_TRY(stage(kept.page));
    kept.staged = true;
  }
  return {};
}

void StagedDocument::close_window() {
  if (open_.records != 0) windows.push_back(open_);
  open_ = {};
}

Result<const RawPage*> StagedDocument::page(std::size_t index) {
  const auto found = std::ranges::find(kept_, index, &Kept::index);
  if (found != kept_.end()) return &found->page;
  MEISAI_ASSIGN(const std::string bytes, staging_.page(index));
  MEISAI_ASSIGN(RawPage page, RawPage::decode(bytes));
  kept_.push_back({index, std::move(page)});
  MEISAI_TRY(make_room());
  return &kept_.back().page;
}

Result<void> StagedDocument::each_record(const WindowSpan& window, const RecordVisitor& visit) {
  if (window.records == 0) return {};
  for (std::size_t index = window.first_page; index <= window.end_page; ++index) {
    MEISAI_ASSIGN(const RawPage* current, page(index));
    const auto records = current->records();
    const std::size_t begin = index == window.first_page ? window.first_record : 0;
    const std::size_t end = index == window.end_page ? window.end_record : records.size();
    for (std::size_t i = begin; i < end; ++i)
      if (records[i].kind != RecordKind::window_end) MEISAI_TRY(visit(*current, records[i]));
  }
  return {};
}

DocumentRow row_of(const StagedDocument& document) {
  DocumentRow row{.digest = document.digest,
                  .issuer = document.layout->issuer,
                  .layout = document.layout->layout,
                  .encoding = document.facts.encoding,
                  .channel = document.origin.channel,
                  .connection = document.origin.connection,
                  .name = document.name,
                  .lines = document.facts.lines,
                  .last_record_incomplete = document.facts.last_record_incomplete,
                  .about_card = document.origin.card,
                  .pending_term = document.origin.pending_term};
  for (const ledger::CardSeen& card : document.cards)
    row.cards.push_back({card.key_hash, card.name, card.role, card.last4});
  if (document.origin.complete) {
    row.complete_from = document.origin.complete->from;
    row.complete_to = document.origin.complete->to;
  }
  return row;
}

Result<std::unique_ptr<StagedDocument>> stored_document(Staging& staging, const DocumentRow& row,
                                                        const LayoutInfo& layout) {
  auto document = std::make_unique<StagedDocument>(staging);
  document->name = row.name;
  document->digest = row.digest;
  document->layout = &layout;
  document->facts = {.encoding = row.encoding,
                     .unknown_columns = {},
                     .last_record_incomplete = row.last_record_incomplete,
                     .lines = row.lines};
  document->origin = {.channel = row.channel,
                      .connection = row.connection,
                      .complete = {},
                      .card = row.about_card,
                      .pending_term = row.pending_term};
  if (row.complete_from && row.complete_to)
    document->origin.complete = DocumentOrigin::CompleteDays{*row.complete_from, *row.complete_to};
  for (const DocumentCard& card : row.cards)
    document->cards.push_back({card.key_hash, card.name, card.role, card.last4});
  const std::size_t pages = staging.page_count();
  for (std::size_t index = 0; index < pages; ++index) {
    MEISAI_ASSIGN(const std::string bytes, staging.page(index));
    MEISAI_ASSIGN(RawPage page, RawPage::decode(bytes));
    MEISAI_TRY(document->add_stored_page(std::move(page)));
  }
  document->close_window();
  if (document->windows.empty()) document->windows.emplace_back();  // what lists nothing says so
  return document;
}

Result<Digest> hash_of_linked_card(const CardClue& clue, const IssuerId& issuer, Store& store) {
  return store.card_hash(issuer.text() + '\n', clue.key_text);
}

Result<DocumentHead> read_head(ByteSource& source, std::span<const std::unique_ptr<Adapter>> adapters,
                               const std::optional<IssuerId>& only_issuer) {
  if (source.size() > longest_document) return too_large();
  std::string head(head_bytes, '\0');
  MEISAI_ASSIGN(const std::size_t size, fill(source, head));
  const bool complete = size < head.size();
  head.resize(size);
  MEISAI_ASSIGN(const Recognized recognized, recognize(adapters, head, complete, only_issuer));
  return DocumentHead{std::move(head), recognized};
}

Result<std::unique_ptr<StagedDocument>> stage_document(ByteSource& source, const DocumentHead& head,
                                                       const ProgressCallback& progress, Store& store,
                                                       Staging& staging) {
  auto document = std::make_unique<StagedDocument>(staging);
  document->name = source.name();
  pan::mask(document->name);  // it is kept: a file may be named after a card
  document->layout = head.recognized.layout;
  const auto reader = head.recognized.adapter->open(*document->layout);
  MEISAI_TRY(read_all(source, head.bytes, *reader, *document, progress, store));
  return document;
}

}  // namespace meisai::sync
