// SPDX-License-Identifier: Apache-2.0
//
// A document after its last byte was read and before anything of it is visible: pages in staging, cards
// as keyed hashes, and where its windows begin and end. Errors up to here leave the ledger as it was.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ledger/cards.h"
#include "engine/sync/recognize.h"
#include "meisai/engine.h"

namespace meisai::sync {

/// A stretch of records that is complete in itself: first..last record (end excluded), by page.
struct WindowSpan {
  std::size_t first_page = 0;
  std::size_t first_record = 0;
  std::size_t end_page = 0;    ///< the page in which it ends
  std::size_t end_record = 0;  ///< excluded
  std::uint64_t records = 0;
  std::uint64_t transactions = 0;  ///< of these, how many are transactions
};

/// Longest document that is read.
constexpr std::uint64_t longest_document = std::uint64_t{1} << 30U;

/// Where a document came from, and for which days it claims to list everything.
struct DocumentOrigin {
  std::string channel = "file";
  ConnectionId connection;  ///< for `api`
  struct CompleteDays {
    LocalDate from{};
    LocalDate to{};
  };
  std::optional<CompleteDays> complete;  ///< both included
  std::uint32_t card = no_card;          ///< the card that it is about, also where it has no record
  std::chrono::days pending_term{0};     ///< how long a pending row may be absent before it is removed
};

class StagedDocument {
 public:
  using RecordVisitor = std::function<Result<void>(const RawPage&, const RawRecord&)>;

  /// `held_back`: pages stay in memory, up to a few, until `stage_all`.
  explicit StagedDocument(Staging& staging, bool held_back = false)
      : staging_(staging), held_back_(held_back), digests_pages_(held_back) {}

  /// Calls back for each record of the window, in order.
  [[nodiscard]] Result<void> each_record(const WindowSpan& window, const RecordVisitor& visit);

  std::string name;  ///< as the caller named it
  DocumentOrigin origin;
  const LayoutInfo* layout = nullptr;
  DocumentFacts facts;
  Digest digest{};
  std::vector<ledger::CardSeen> cards;
  std::vector<WindowSpan> windows;

  /// Takes the cards that were met since last time, as keyed hashes.
  [[nodiscard]] Result<void> see_cards(std::span<const CardClue> clues, const IssuerId& issuer, Store& store);
  /// Takes the next page: remembers its windows and stages it.
  [[nodiscard]] Result<void> add_page(RawPage page);
  /// Takes the next page of a stored document, which is staged as it is.
  [[nodiscard]] Result<void> add_stored_page(RawPage page);
  /// Stages what `add_page` has held back: only now is it known that the document will be kept.
  [[nodiscard]] Result<void> stage_all();
  /// Stages all and sees to the digest. For answers of APIs, whose bytes are not kept, it is one of the pages that were
  /// staged and of what tells the document from others.
  [[nodiscard]] Result<void> identify();
  /// Ends the window that is still open, if it has records.
  void close_window();

 private:
  [[nodiscard]] Result<const RawPage*> page(std::size_t index);

  [[nodiscard]] Result<void> stage(const RawPage& page);
  void note_windows(const RawPage& page);

  struct Kept {
    std::size_t index = 0;
    RawPage page;
    bool staged = true;
  };
  /// Lets go of the page used longest ago, staging it first where it was not.
  [[nodiscard]] Result<void> make_room();
  Staging& staging_;
  std::deque<Kept> kept_;  // the pages used last; the others are read from staging again
  WindowSpan open_;
  std::size_t pages_ = 0;
  bool held_back_;
  bool digests_pages_;
  Digest staged_{};  // of the pages staged so far, chained
};

/// What the store keeps of a document, so that it can be worked on again: all but its number and instants.
[[nodiscard]] DocumentRow row_of(const StagedDocument& document);
/// The document of such a row, with its windows, from its raw pages, which are this turn's (Staging::open_stored).
[[nodiscard]] Result<std::unique_ptr<StagedDocument>> stored_document(Staging& staging, const DocumentRow& row,
                                                                      const LayoutInfo& layout);

/// What tells the card of an API apart, as a keyed hash. Its name does not: it is what the person calls it there.
[[nodiscard]] Result<Digest> hash_of_linked_card(const CardClue& clue, const IssuerId& issuer, Store& store);

/// The beginning of a document, and whose it is.
struct DocumentHead {
  std::string bytes;
  Recognized recognized;
};

/// Reads the head and finds the layout. Stores nothing.
[[nodiscard]] Result<DocumentHead> read_head(ByteSource& source, std::span<const std::unique_ptr<Adapter>> adapters,
                                             const std::optional<IssuerId>& only_issuer);

/// Reads and stages the whole document. On an error the staging is to be thrown away.
[[nodiscard]] Result<std::unique_ptr<StagedDocument>> stage_document(ByteSource& source, const DocumentHead& head,
                                                                     const ProgressCallback& progress, Store& store,
                                                                     Staging& staging);

}  // namespace meisai::sync
