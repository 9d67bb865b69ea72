// SPDX-License-Identifier: Apache-2.0
//
// Where a subject's ledger lives. Three doors, each with its permit: staging ends in a commit, `read`
// serves the subject, `release` lets rows out. What is staged is invisible until its window commits; a
// window's rows, statement, change feed, coverage and audit entry become visible together (I8).
// Implementations: storage/sqlcipher (files), storage/memory (dry runs, tests); one contract suite.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/audit.h"
#include "meisai/ledger.h"
#include "meisai/permit.h"
#include "meisai/ports/normalizer.h"
#include "meisai/review.h"

namespace meisai {

// Internal numbers inside one vault; never shown. 0 names nothing. They are never used again for another thing.
using CardKey = std::int64_t;
using StatementKey = std::int64_t;
using TransactionKey = std::int64_t;
using DocumentKey = std::int64_t;
using SuggestionKey = std::int64_t;
using HoldKey = std::int64_t;

/// The day column of the identity key: days since 1970-01-01; below zero for a row without a date
/// (its statement's number, negated), so that undated rows collide only inside their statement.
using DayKey = std::int32_t;
constexpr DayKey undated_without_statement = INT32_MIN;

/// What identifies a row on its card and day: recipe version, a digest of raw facts that do not change,
/// and the occurrence number among rows with the same facts (from 1). Stored as 16 bytes, sorted as such.
struct Fingerprint {
  std::array<std::uint8_t, 16> bytes{};
  [[nodiscard]] std::uint32_t occurrence() const noexcept;            ///< last four bytes, big-endian
  [[nodiscard]] std::array<std::uint8_t, 12> facts() const noexcept;  ///< version and digest
  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

struct StoredRow {
  TransactionKey key = 0;
  CardKey card = 0;
  DayKey day = 0;
  Fingerprint fingerprint;
  StatementKey statement = 0;  ///< 0: none. For a purchase billed in parts: the latest statement
  DocumentKey document = 0;    ///< where it was read last
  std::uint64_t row = 0;       ///< its line there
  TransactionFacts facts;
  std::optional<LocalDate> absent_since;       ///< of a pending row: the first look of those since then that lack it
  std::optional<std::int64_t> disputed_minor;  ///< of a billed row: another amount that a list states for it
  bool ignored = false;                        ///< by the person; the store keeps it through revisions
  TransactionKey merged_into = 0;  ///< of a removed row: the row that it turned out to be; its id leads there
};
/// Return false to stop.
using RowVisitor = std::function<bool(const StoredRow&)>;
using FingerprintTest = std::function<bool(const Fingerprint&)>;

/// One statement's share of a purchase that several statements bill (分割, 2回払い, リボ).
struct BilledPart {
  TransactionKey transaction = 0;
  StatementKey statement = 0;
  std::optional<std::int64_t> billed_minor;
  std::optional<int> index;
};

/// Something else that told the card apart once: another channel, before a renewal or a new consent.
struct CardAlias {
  Digest key_hash{};
  std::string account_label;
  friend bool operator==(const CardAlias&, const CardAlias&) = default;
};

struct CardRow {
  CardKey key = 0;
  IssuerId issuer;
  Digest key_hash{};          ///< HMAC of what tells the card apart, under the vault's secret
  std::string name;           ///< product or brand
  std::string account_label;  ///< what the person called it with `--card`; empty where the content was enough
  std::string role;
  std::string last4;
  std::string label;  ///< as shown
  CardKind kind = CardKind::unknown;
  std::vector<ConnectionId> connections;  ///< read only: LedgerWrite::link_card adds one
  std::vector<CardAlias> aliases;         ///< read only: LedgerWrite::put_card_alias adds one
  CardKey joined_into = 0;                ///< read only: the card that it turned out to be. 0: none
};

struct StatementRow {
  StatementKey key = 0;
  IssuerId issuer;
  std::string account_label;
  std::string anchor;          ///< what the content says of which statement it is; empty: it says nothing
  std::vector<CardKey> cards;  ///< in order of the document
  std::optional<BillingMonth> billing_month;
  std::string billing_month_source;
  std::optional<LocalDate> closing_date;
  std::optional<LocalDate> payment_due_date;
  StatementStatus status = StatementStatus::closed;
  std::optional<std::int64_t> stated_total_minor;
  std::vector<Subtotal> subtotals;
  std::vector<Component> components;
  std::int64_t computed_total_minor = 0;
  Currency currency = Currency::jpy();
  std::optional<bool> balanced;
  std::uint64_t transaction_count = 0;
  std::uint64_t held_count = 0;
};

/// A card as a document showed it: what a replay needs to find it again.
struct DocumentCard {
  Digest key_hash{};
  std::string name;
  std::string role;
  std::string last4;
};
enum class DocumentState : std::uint8_t { taken_in, held, discarded };

struct DocumentRow {
  DocumentKey key = 0;
  Digest digest{};  ///< of the document's bytes
  IssuerId issuer;
  std::string layout;
  std::string encoding;
  std::string channel;      ///< `file` or `api`
  ConnectionId connection;  ///< for `api`
  Instant imported_at{};
  Instant keep_raw_until{};  ///< retention of its raw pages
  std::string name;          ///< as the caller named it
  DocumentState state = DocumentState::taken_in;
  // What else its reader said, so that its raw pages can be read again.
  std::vector<DocumentCard> cards;
  std::uint64_t lines = 0;
  bool last_record_incomplete = false;
  std::optional<LocalDate> complete_from;  ///< of an answer that lists every row of these days, both included
  std::optional<LocalDate> complete_to;
  std::uint32_t about_card = no_card;  ///< index of the card that it is about, also where it has no record
  std::chrono::days pending_term{0};
};

/// Sums of what a statement bills, by card and region: parts and inline amounts together.
struct BilledSum {
  CardKey card = 0;
  Region region = Region::unknown;
  std::int64_t billed_minor = 0;
  std::uint64_t count = 0;
};

// Stored as numbers: append only.
enum class ChangeKind : std::uint8_t { added, modified, removed };
enum class Entity : std::uint8_t { card, statement, transaction };
[[nodiscard]] std::string_view name_of(ChangeKind) noexcept;
[[nodiscard]] std::string_view name_of(Entity) noexcept;

/// One entry of the change feed: the things numbered first..last. Positions count things, from 1.
struct ChangeRow {
  std::uint64_t position = 0;  ///< of the first thing
  ChangeKind kind = ChangeKind::added;
  Entity entity = Entity::transaction;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::string reason;
  Instant at{};  ///< of its commit, as the commit's first audit entry says; the store sets it
};
/// How long the change feed remembers: a consumer that stayed away for longer reads everything again.
constexpr std::chrono::days change_retention{400};

struct CoverageRow {
  CardKey card = 0;
  LocalDate from{};
  LocalDate to{};
  std::string channel;
  std::string certainty;  ///< `statement`, `complete` or, of an open month, `open`
};

struct QuarantineRow {
  DocumentKey document = 0;
  StatementKey statement = 0;
  Rejection rejection;
  std::string masked_text;  ///< the record's cells, PAN-masked, for the person and for replay
};

/// An identity that a row had before: what is listed under it is this row.
struct AliasRow {
  CardKey card = 0;
  DayKey day = 0;
  Fingerprint fingerprint;
  TransactionKey transaction = 0;
};
using AliasVisitor = std::function<bool(const AliasRow&)>;

/// One step of how a row became what it is.
struct ReasonRow {
  TransactionKey transaction = 0;
  Instant at{};
  DocumentKey document = 0;
  std::uint64_t row = 0;  ///< its line there
  MatchRule rule = MatchRule::same_identity;
  TransactionKey other = 0;
  std::string detail;
};

struct SuggestionRow {
  SuggestionKey key = 0;
  SuggestionKind kind = SuggestionKind::same_transaction;
  SuggestionState state = SuggestionState::open;
  std::int64_t first = 0;   ///< a TransactionKey or CardKey
  std::int64_t second = 0;  ///< the same
  MatchRule evidence = MatchRule::alike;
  std::string detail;
  Instant made_at{};
};

struct HoldRow {
  HoldKey key = 0;
  DocumentKey document = 0;
  Code code = Code::batch_doubtful;
  std::string diagnosis;
  std::uint64_t transactions = 0;
  HoldState state = HoldState::open;
  Instant held_at{};
};

struct MonthTotal {
  CardKey card = 0;
  BillingMonth month{};  ///< of use
  std::int64_t amount_minor = 0;
  std::uint64_t count = 0;
  Currency currency = Currency::jpy();  ///< sums never mix currencies
};

/// A window on its way to being visible: one write transaction. Destroying it uncommitted leaves no trace.
/// Not thread-safe; at most one a store at a time.
class LedgerWrite {
 public:
  virtual ~LedgerWrite() = default;

  [[nodiscard]] virtual Result<std::string> vault_tag() = 0;  ///< as LedgerView::vault_tag
  [[nodiscard]] virtual Result<std::vector<CardRow>> cards(const IssuerId& issuer) = 0;
  [[nodiscard]] virtual Result<std::vector<StatementRow>> statements(const IssuerId& issuer) = 0;
  /// Rows of a card on the days from..to (both included), in order of (day, fingerprint).
  [[nodiscard]] virtual Result<void> rows_on(CardKey card, DayKey from, DayKey to, const RowVisitor& visit) = 0;
  /// As `rows_on`, but only the rows whose fingerprint is `wanted`: the others are passed over unread, so that a look
  /// at many rows of which few matter is cheap.
  [[nodiscard]] virtual Result<void> rows_among(CardKey card, DayKey from, DayKey to, const FingerprintTest& wanted,
                                                const RowVisitor& visit) = 0;
  /// Rows of a card that are pending, in order of (day, fingerprint).
  [[nodiscard]] virtual Result<void> pending_rows(CardKey card, const RowVisitor& visit) = 0;
  /// Rows that the statement lists: those that belong to it and those it bills a part of.
  [[nodiscard]] virtual Result<void> rows_of(StatementKey statement, const RowVisitor& visit) = 0;
  [[nodiscard]] virtual Result<std::vector<BilledPart>> parts_of(TransactionKey transaction) = 0;
  [[nodiscard]] virtual Result<std::vector<BilledSum>> billed_sums(StatementKey statement) = 0;
  [[nodiscard]] virtual Result<std::optional<StoredRow>> row(TransactionKey transaction) = 0;
  /// Earlier identities of rows on a card and days, in order of (day, fingerprint).
  [[nodiscard]] virtual Result<void> aliases_on(CardKey card, DayKey from, DayKey to, const AliasVisitor& visit) = 0;
  /// As LedgerView::reasons_of.
  [[nodiscard]] virtual Result<std::vector<ReasonRow>> reasons_of(TransactionKey transaction) = 0;
  [[nodiscard]] virtual Result<std::vector<CoverageRow>> coverage_of(CardKey card) = 0;
  [[nodiscard]] virtual Result<std::optional<DocumentRow>> document(DocumentKey document) = 0;
  /// All documents of an issuer, oldest first.
  [[nodiscard]] virtual Result<std::vector<DocumentRow>> documents(const IssuerId& issuer) = 0;
  [[nodiscard]] virtual Result<std::vector<SuggestionRow>> suggestions() = 0;
  [[nodiscard]] virtual Result<std::vector<HoldRow>> holds() = 0;
  [[nodiscard]] virtual Result<std::vector<QuarantineRow>> quarantine_of(DocumentKey document) = 0;
  [[nodiscard]] virtual Result<UserLayer> user_layer_of(TransactionKey transaction) = 0;  ///< empty: none

  /// The document's number. The same digest and layout give the same number, and the instant, channel and connection
  /// of the first import stay; all else is as it was read last.
  [[nodiscard]] virtual Result<DocumentKey> put_document(const DocumentRow& document) = 0;
  /// Inserts where `key` is 0, else updates. Returns the number.
  [[nodiscard]] virtual Result<CardKey> put_card(const CardRow& card) = 0;
  /// Notes that the card is seen through a connection. Nothing where it is known.
  [[nodiscard]] virtual Result<void> link_card(CardKey card, const ConnectionId& connection) = 0;
  [[nodiscard]] virtual Result<StatementKey> put_statement(const StatementRow& statement) = 0;
  /// Inserts a row; consecutive inserts get consecutive numbers. A second row with the same (card, day,
  /// fingerprint) is `internal_bug`: matching must have found it. Keeps the month roll-up.
  [[nodiscard]] virtual Result<TransactionKey> insert(const StoredRow& row) = 0;
  /// Replaces a row by its number and keeps what it was in the revision history. Keeps the roll-up.
  [[nodiscard]] virtual Result<void> revise(const StoredRow& row) = 0;
  /// Destroys the raw pages of a document, with the cards as it showed them: it is `discarded` from then on.
  [[nodiscard]] virtual Result<void> drop_pages(DocumentKey document) = 0;
  /// Inserts or replaces the part of (transaction, statement).
  [[nodiscard]] virtual Result<void> put_part(const BilledPart& part) = 0;
  /// Ranges of a card that touch or overlap within one channel and certainty are merged.
  [[nodiscard]] virtual Result<void> put_coverage(const CoverageRow& coverage) = 0;
  /// True if it was not in quarantine yet (same document, line and code).
  [[nodiscard]] virtual Result<bool> put_quarantine(const QuarantineRow& row) = 0;
  /// Takes a record out of the quarantine that can be read now. Nothing where it is not there.
  [[nodiscard]] virtual Result<void> drop_quarantine(DocumentKey document, std::uint64_t row, Code code) = 0;
  [[nodiscard]] virtual Result<void> drop_part(TransactionKey transaction, StatementKey statement) = 0;
  /// Notes which rows the newest copy of the statement does not list any more, in place of what was noted before.
  [[nodiscard]] virtual Result<void> put_unlisted(StatementKey statement,
                                                  const std::vector<TransactionKey>& transactions) = 0;
  /// Keeps an identity that the row had. Where another row has the alias, it becomes this row's.
  [[nodiscard]] virtual Result<void> put_alias(const AliasRow& alias) = 0;
  /// Keeps what told the card apart once. `internal_bug` where another card has it.
  [[nodiscard]] virtual Result<void> put_card_alias(CardKey card, const CardAlias& alias) = 0;
  /// `other` turned out to be `card`: coverage, aliases, connections and the places in statements become the card's,
  /// `other` is found by its number alone and leads there. `internal_bug` while `other` has a row: move them first.
  [[nodiscard]] virtual Result<void> join_card(CardKey card, CardKey other) = 0;
  /// `other` turned out to be `statement`: what brought it and what was held from it become the statement's, and it
  /// goes. `internal_bug` while it lists a row: move them first.
  [[nodiscard]] virtual Result<void> join_statement(StatementKey statement, StatementKey other) = 0;
  [[nodiscard]] virtual Result<void> add_reason(const ReasonRow& reason) = 0;
  /// Inserts where `key` is 0, unless the same pair is known in any state: then nothing changes. Else updates.
  /// Returns the number.
  [[nodiscard]] virtual Result<SuggestionKey> put_suggestion(const SuggestionRow& suggestion) = 0;
  /// Inserts where `key` is 0, unless the same document has an open hold: then that one is updated.
  [[nodiscard]] virtual Result<HoldKey> put_hold(const HoldRow& hold) = 0;
  /// Keeps what the layer was before. Keeps the month roll-up: an ignored row counts in no month.
  [[nodiscard]] virtual Result<void> put_user_layer(TransactionKey transaction, const UserLayer& layer) = 0;
  /// Brings back what the layer was before the last `put_user_layer`. False: there was nothing to undo.
  [[nodiscard]] virtual Result<bool> undo_user_layer(TransactionKey transaction) = 0;
  /// Appends to the change feed; `position` is ignored.
  [[nodiscard]] virtual Result<void> add_change(const ChangeRow& change) = 0;
  [[nodiscard]] virtual Result<void> add_audit(const AuditDraft& audit) = 0;

  /// Re-checks the permit inside the gate lock, then makes everything visible, durable before it returns.
  /// On a refusal nothing becomes visible. After it, the object can only be destroyed.
  [[nodiscard]] virtual Result<void> commit(MEISAI_UNSPENT Permit<Commit> permit) = 0;
};

/// Whose staging it is. Each owner has a turn of its own: a slow issuer never keeps a file waiting.
struct StagingOwner {
  ConnectionId connection;  ///< empty: documents that the subject has
};

/// A document on its way in. Holds its owner's turn: one at a time, others wait.
class Staging {
 public:
  virtual ~Staging() = default;  ///< discards what no committed window refers to
  /// Keeps an encoded raw page (compressed, encrypted); crash-safe, invisible to reads.
  [[nodiscard]] virtual Result<void> put(std::string_view encoded_page) = 0;
  [[nodiscard]] virtual std::size_t page_count() const = 0;
  /// The page as it was put, by its order from 0.
  [[nodiscard]] virtual Result<std::string> page(std::size_t index) = 0;
  /// The turn is kept; pages of the document so far that no committed window refers to are discarded, and the next
  /// document's pages count from 0 again.
  [[nodiscard]] virtual Result<void> next_document() = 0;
  /// The document that is being worked on becomes one that is stored: its raw pages count from 0 here, and stay its
  /// own. `not_found` where it or its raw pages are gone. Also while a window is open that no page was put into.
  [[nodiscard]] virtual Result<DocumentRow> open_stored(DocumentKey document) = 0;
  /// Opens the write transaction of a window. `document` of put_document adopts the staged pages.
  [[nodiscard]] virtual Result<std::unique_ptr<LedgerWrite>> begin_window() = 0;
};

/// Which rows a read wants. Empty members do not restrict.
struct TransactionQuery {
  std::vector<CardKey> cards;
  std::optional<LocalDate> from;
  std::optional<LocalDate> to;
  std::vector<StatementKey> undated_of;  ///< with from or to: also the undated rows of these statements
  std::optional<TransactionStatus> status;
  std::optional<TransactionKey> only;
  std::optional<TransactionKey> after;  ///< rows behind this one, in the order of the answer
  std::optional<std::size_t> limit;
  bool with_ignored = false;  ///< also rows that the person ignores
};

/// A consistent view of the ledger for its subject. Not thread-safe.
class LedgerView {
 public:
  virtual ~LedgerView() = default;
  [[nodiscard]] virtual Result<std::string> vault_tag() = 0;  ///< four characters that begin every public id's body
  [[nodiscard]] virtual Result<std::vector<CardRow>> cards() = 0;
  /// Cards that are there but sealed.
  [[nodiscard]] virtual std::vector<CardKey> withheld_cards() = 0;
  [[nodiscard]] virtual Result<std::vector<StatementRow>> statements() = 0;
  [[nodiscard]] virtual Result<std::vector<DocumentRow>> documents() = 0;
  /// In order of (day, number); rows without a date come first.
  [[nodiscard]] virtual Result<void> transactions(const TransactionQuery& query, const RowVisitor& visit) = 0;
  [[nodiscard]] virtual Result<std::vector<BilledPart>> parts_of(TransactionKey transaction) = 0;
  /// What the row was before each revision, oldest first.
  [[nodiscard]] virtual Result<std::vector<StoredRow>> revisions_of(TransactionKey transaction) = 0;
  [[nodiscard]] virtual Result<std::vector<BilledSum>> billed_sums(StatementKey statement) = 0;
  /// As LedgerWrite::rows_of; nothing of a statement that is withheld.
  [[nodiscard]] virtual Result<void> rows_of(StatementKey statement, const RowVisitor& visit) = 0;
  /// Rows that the newest copy of the statement does not list any more, ascending.
  [[nodiscard]] virtual Result<std::vector<TransactionKey>> unlisted_of(StatementKey statement) = 0;
  /// Uses of each card by month and currency: dated rows but for payments and authorizations.
  [[nodiscard]] virtual Result<std::vector<MonthTotal>> month_totals() = 0;
  [[nodiscard]] virtual Result<std::vector<AliasRow>> aliases_of(TransactionKey transaction) = 0;
  /// Oldest first.
  [[nodiscard]] virtual Result<std::vector<ReasonRow>> reasons_of(TransactionKey transaction) = 0;
  [[nodiscard]] virtual Result<std::vector<SuggestionRow>> suggestions() = 0;
  [[nodiscard]] virtual Result<std::vector<HoldRow>> holds() = 0;
  /// Every layer that is not empty, by row.
  [[nodiscard]] virtual Result<std::map<TransactionKey, UserLayer>> user_layers() = 0;
  /// What the row's layer was and is, oldest first.
  [[nodiscard]] virtual Result<std::vector<UserLayer>> user_layer_history(TransactionKey transaction) = 0;
  /// The first position that the feed still has: older ones were pruned. 1 where nothing was.
  [[nodiscard]] virtual Result<std::uint64_t> first_position() = 0;
  /// Entries that reach behind `after` (a position), at most `limit`; `position` and `first` are moved up to it.
  [[nodiscard]] virtual Result<std::vector<ChangeRow>> changes(std::uint64_t after, std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> last_position() = 0;
  [[nodiscard]] virtual Result<std::vector<CoverageRow>> coverage() = 0;
  [[nodiscard]] virtual Result<std::vector<QuarantineRow>> quarantine() = 0;
  [[nodiscard]] virtual Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) = 0;
};

/// A consistent view whose rows leave the store, a batch at a time.
class ReleaseView : public LedgerView {
 public:
  static constexpr std::size_t batch_rows = 1000;
  /// Hands out the next rows of the query behind `query.after`, at most `batch_rows`, while the gate is
  /// held: the visitor renders into memory and never waits for anyone. Returns how many.
  [[nodiscard]] virtual Result<std::size_t> batch(MEISAI_UNSPENT Permit<Release> permit, const TransactionQuery& query,
                                                  const RowVisitor& visit) = 0;
};

/// What a check of the whole store found.
struct StoreHealth {
  std::vector<std::string> findings;  ///< empty: sound
  std::uint64_t raw_pages_pruned = 0;
  std::uint64_t holds_discarded = 0;  ///< because the retention of their raw pages is over
  std::uint64_t changes_pruned = 0;   ///< positions of the change feed that it does not have any more
};

class Store {
 public:
  virtual ~Store() = default;
  /// Takes the owner's turn (waiting up to `wait`, then `store_busy`) and discards what a crash left it staged.
  [[nodiscard]] virtual Result<std::unique_ptr<Staging>> begin_staging(const StagingOwner& owner,
                                                                       std::chrono::milliseconds wait) = 0;
  /// HMAC-SHA-256 of a card's telling text under the vault's secret (never leaves the vault).
  [[nodiscard]] virtual Result<Digest> card_hash(std::string_view domain, const Secret& key_text) = 0;
  /// Writes the audit entry, then opens the view. Cards of the admission's sealed connections are left out of it,
  /// with everything that is theirs, unless another connection or a file brought them too.
  [[nodiscard]] virtual Result<std::unique_ptr<LedgerView>> read(MEISAI_UNSPENT Permit<Read> permit,
                                                                 const AuditDraft& audit) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<ReleaseView>> release(MEISAI_UNSPENT Permit<Release> permit,
                                                                     const AuditDraft& audit) = 0;
  /// Records a refusal or a failure: needs no permit, since nothing is let through.
  [[nodiscard]] virtual Result<void> record(const AuditDraft& audit) = 0;
  /// Destroys what was fetched through a connection and through nothing else: rows, raw pages, quarantine, cards
  /// without other rows. The survivors go to a new file under a new key, the old key is destroyed, so that old
  /// copies of the file are unreadable too. Public ids of survivors stay. Other processes that have the store open get
  /// `store_changed` from then on and open it again; none sees the old content.
  /// In the same step control notes it (Control::note_erased), which refuses where the connection does not stand on
  /// this consent any more: a renewal that comes first keeps everything. `store_busy` while another connection's
  /// refresh is under way, which would lose its answer.
  [[nodiscard]] virtual Result<void> erase(MEISAI_UNSPENT Permit<Maintenance> permit, const ConnectionId& connection,
                                           const ConsentId& consent, const AuditDraft& audit) = 0;
  /// Whole check (page integrity, roll-up recomputed, audit chain against its anchor); with `prune_before`
  /// raw pages whose retention ended before that instant are destroyed, but for those of documents that are held, and
  /// so are entries of the change feed that were committed `change_retention` before it: always the oldest ones, so
  /// that what is left has no hole.
  [[nodiscard]] virtual Result<StoreHealth> check(MEISAI_UNSPENT Permit<Maintenance> permit,
                                                  std::optional<Instant> prune_before, const AuditDraft& audit) = 0;
};

}  // namespace meisai
