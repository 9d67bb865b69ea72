// SPDX-License-Identifier: Apache-2.0
//
// Everything that an embedding program does with one subject's ledger. An Engine asks the gate for each
// step, writes the audit entry, and answers with plain values. Permits stay inside (DESIGN section 2).
// An Engine is not thread-safe; several Engines (threads or processes) may share one store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "meisai/audit.h"
#include "meisai/incident.h"
#include "meisai/ledger.h"
#include "meisai/linked.h"
#include "meisai/ports/adapter.h"
#include "meisai/ports/bytes.h"
#include "meisai/ports/clock.h"
#include "meisai/ports/consent_store.h"
#include "meisai/ports/control.h"
#include "meisai/ports/entropy.h"
#include "meisai/ports/exporter.h"
#include "meisai/ports/gate_lock.h"
#include "meisai/ports/http.h"
#include "meisai/ports/linked_adapter.h"
#include "meisai/ports/normalizer.h"
#include "meisai/ports/store.h"
#include "meisai/ports/user_agent.h"
#include "meisai/ports/wire_lock.h"
#include "meisai/review.h"

namespace meisai {

/// The outside of an Engine. It owns all of it; apps/kit fills it with the default wiring.
struct EnginePorts {
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Entropy> entropy;
  std::unique_ptr<Control> control;
  std::unique_ptr<GateLock> gate_lock;
  std::unique_ptr<Store> store;
  std::vector<std::unique_ptr<Adapter>> adapters;
  std::unique_ptr<Normalizer> normalizer;
  std::vector<std::unique_ptr<Exporter>> exporters;

  // Linked issuers. All may be null in an engine that only reads files.
  std::unique_ptr<WireLock> wire_lock;
  std::unique_ptr<ConsentStore> consents;
  std::unique_ptr<HttpTransport> transport;
  std::unique_ptr<UserAgent> user_agent;
  std::unique_ptr<ProfileReader> profiles;
  std::vector<std::unique_ptr<LinkedAdapter>> linked_adapters;
};

/// Called between steps of long work, on the caller's thread. Return false to stop: the call then ends
/// with `interrupted` and keeps whole windows only.
struct Progress {
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;  ///< 0: not known
  std::uint64_t records = 0;
};
using ProgressCallback = std::function<bool(const Progress&)>;

struct ImportOptions {
  std::optional<IssuerId> issuer;   ///< only layouts of this issuer
  std::optional<std::string> card;  ///< the person's name for the card, or a known card's id or label
  bool new_card = false;            ///< the person says that it is none of the known ones
  ProgressCallback progress;        ///< may be empty
};

/// A record that was refused and kept in quarantine.
struct RejectedRecord {
  std::uint64_t row = 0;
  std::optional<std::uint32_t> column;
  Code code = Code::text_not_valid;
  std::string message;
};

/// What became of one document.
struct ImportReport {
  std::string document;  ///< as the caller named it
  IssuerId issuer;
  std::string layout;
  std::string encoding;
  std::uint64_t added = 0;
  std::uint64_t modified = 0;
  std::uint64_t removed = 0;  ///< pending rows that no statement billed in time; more where a held batch was accepted
  std::uint64_t unchanged = 0;
  std::uint64_t held = 0;  ///< rows not taken in, or known rows that the document no longer lists
  std::vector<RejectedRecord> rejected;
  std::uint64_t rejected_count = 0;          ///< may exceed `rejected`, which keeps the first 100
  std::vector<std::string> unknown_columns;  ///< header cells that the layout does not know; kept, not read
  std::vector<Statement> statements;
  std::optional<Error> hold;         ///< why the document was held whole (`statement_contradicted`, ...)
  std::optional<HoldId> hold_id;     ///< under which it waits; empty where nothing is kept (a dry run)
  std::vector<Transaction> preview;  ///< dry run only: the transactions as they would be stored

  /// True where a person should look: something rejected, held or not balanced (exit code 3).
  [[nodiscard]] bool needs_attention() const noexcept;
};

struct TransactionFilter {
  std::optional<LocalDate> from;
  std::optional<LocalDate> to;        ///< included
  std::optional<BillingMonth> month;  ///< of use; undated rows count to their statement's billing month
  std::optional<CardId> card;
  std::optional<IssuerId> issuer;
  std::optional<TransactionStatus> status;
  std::optional<TransactionId> only;
  std::optional<TransactionId> after;  ///< continue behind this row
  std::optional<std::size_t> limit;
  bool with_ignored = false;  ///< also rows that the person ignores; an export leaves them out all the same
};

struct TransactionList {
  std::vector<Transaction> rows;   ///< by usage date, undated ones first
  bool truncated = false;          ///< there are more behind the limit
  std::size_t withheld_cards = 0;  ///< cards that are sealed: nothing of them is in here
  bool cutoff_open = false;        ///< an incident is open: the subject's reads go on, marked (I3)
};

/// One thing that changed.
struct Change {
  std::uint64_t position = 0;
  ChangeKind kind = ChangeKind::added;
  Entity entity = Entity::transaction;
  std::string id;
  std::string reason;  ///< empty: none
};
struct ChangeList {
  std::vector<Change> changes;
  std::string cursor;  ///< opaque; hand it back to go on
  bool has_more = false;
};

/// How sure an amount that will be debited is, surest first: a sum is as sure as its least sure part.
enum class DebitCertainty : std::uint8_t {
  stated,    ///< a closed statement, and the issuer's own sums hold
  computed,  ///< a closed statement without a total, or one that does not balance
  open,      ///< a month that is not closed yet: it may still grow
  planned,   ///< a payment of an instalment plan that no statement bills yet
  unknown,   ///< nobody states the amount (revolving, bonus)
};
[[nodiscard]] std::string_view name_of(DebitCertainty) noexcept;

/// What will be debited.
struct UpcomingDebit {
  IssuerId issuer;
  StatementId statement;  ///< empty: there is none yet
  std::optional<BillingMonth> billing_month;
  std::optional<LocalDate> due_date;  ///< empty where neither the issuer nor its earlier statements say
  std::int64_t amount_minor = 0;      ///< stated total, else computed
  Currency currency = Currency::jpy();
  std::optional<bool> balanced;
  std::vector<std::string> card_labels;
  DebitCertainty certainty = DebitCertainty::stated;
  bool due_is_expected = false;        ///< from earlier statements or the profile; the issuer has not said it
  std::int64_t pending_minor = 0;      ///< the part of the amount that is pending
  std::vector<CardId> cards;           ///< in order of `card_labels`
  std::optional<LocalDate> used_from;  ///< first and last day of use of a month without a statement
  std::optional<LocalDate> used_to;
};
/// What later statements will still bill of a purchase paid in parts.
struct UpcomingRemainder {
  TransactionId transaction;
  IssuerId issuer;
  std::string card_label;
  std::string merchant_normalized;
  PaymentPlan plan;
  std::optional<int> remaining_parts;
  std::optional<std::int64_t> remaining_minor;  ///< where the issuer states it
  Currency currency = Currency::jpy();
  /// One payment that is still to come.
  struct Part {
    std::optional<int> index;
    std::optional<BillingMonth> month;         ///< in which it is debited; empty: nobody says (bonus)
    std::optional<std::int64_t> amount_minor;  ///< empty: nobody says (revolving)
    bool estimated = true;                     ///< our arithmetic; false: the issuer states what is left, and it is one
  };
  std::vector<Part> parts;  ///< those that no statement bills yet, by index
  DebitCertainty certainty = DebitCertainty::planned;
};
/// All that is debited in a month, each yen once.
struct UpcomingMonth {
  std::optional<BillingMonth> month;  ///< empty: nobody says when
  Currency currency = Currency::jpy();
  std::int64_t amount_minor = 0;
  DebitCertainty certainty = DebitCertainty::stated;
  bool more_unknown = false;  ///< something comes on top whose amount nobody states
  struct OfCard {
    CardId card;  ///< empty: what a statement bills to no one card of its several
    std::string card_label;
    std::int64_t amount_minor = 0;
    DebitCertainty certainty = DebitCertainty::stated;
    bool more_unknown = false;
  };
  std::vector<OfCard> cards;
};
struct Upcoming {
  std::vector<UpcomingDebit> debits;          ///< due today or later, by date
  std::vector<UpcomingRemainder> remainders;  ///< instalments and revolving
  std::vector<UpcomingMonth> months;          ///< debits and remainders together, by month
};

/// A statement that should have come by now, by the months of those before it.
struct ExpectedStatement {
  BillingMonth month{};
  LocalDate expected_by{};
  std::uint32_t months = 1;  ///< how many are missing since then
};
/// How far a card is known. All of it is computed from what arrived, never from an answer's status.
struct CardFreshness {
  Card card;
  std::optional<LocalDate> known_to;     ///< the last day of use that an import or a look covered
  std::optional<Instant> looked_at;      ///< last complete look through a connection
  std::optional<LocalDate> newest_use;   ///< the newest day of use that anything is known of
  std::optional<LocalDate> quiet_since;  ///< set where it was used regularly until then, and nothing came since
  std::optional<ExpectedStatement> missing_statement;
};
/// What the last look of a connection came to, and since when nothing new arrived.
struct ConnectionFreshness {
  ConnectionId connection;
  SyncOutcome outcome = SyncOutcome::none;
  std::string reason;                        ///< of a look that was not made or failed: a Code's name
  std::optional<Instant> looked_at;          ///< last complete look: everything was answered
  std::optional<Instant> last_arrival;       ///< when something new came last
  std::optional<LocalDate> unchanged_since;  ///< of a last look that found nothing new: the day of that arrival
  std::optional<Instant> next_allowed_at;
  bool quiet = false;  ///< one of its cards is (CardFreshness::quiet_since)
};
struct Problem {
  std::string code;    ///< stable word: `statement_not_balanced`, `rows_rejected`, `cutoff`, `reauth_required`,
                       ///< `clock`, `nothing_new`, `statement_missing`
  std::string object;  ///< id
  std::string message;
};
struct Status {
  Mode mode = Mode::personal;
  bool simulated = false;
  std::vector<CardFreshness> cards;
  std::vector<UpcomingDebit> next_debits;
  std::vector<MonthTotal> months;  ///< usage by month over all cards (`card` 0), newest first
  std::vector<Problem> problems;
  std::vector<Connection> connections;
  std::vector<ConnectionFreshness> freshness;  ///< in order of `connections`
  std::uint64_t quarantined = 0;
};

/// A statement's arithmetic, told: what every stated sum was compared with, and what may be missing (I7).
struct StatementDetail {
  Statement statement;
  struct Sum {
    std::string label;  ///< of a subtotal; empty: the total
    std::int64_t stated_minor = 0;
    std::int64_t computed_minor = 0;
  };
  std::vector<Sum> sums;
  std::vector<Transaction> transactions;       ///< each with what this statement bills of it
  std::vector<Transaction> no_longer_listed;   ///< known, and absent from the newest copy
  std::vector<QuarantinedRecord> quarantined;  ///< rejected from it
  std::vector<Hold> holds;                     ///< open ones of its issuer and cards
};

/// What the person changes of a row's layer. An empty member leaves that part; an empty text clears it.
struct UserEdit {
  std::optional<std::string> note;
  std::optional<std::string> category;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::string> merchant;
  std::optional<bool> ignored;
};

/// What a person says to a hold that asks whose card it is.
struct HoldAnswer {
  std::optional<std::string> card;  ///< a known card's id or label
  bool new_card = false;            ///< none of the known ones
};

/// A hold, and what taking it in as it stands would do to the ledger.
struct HoldDetail {
  Hold hold;
  std::uint64_t added = 0;
  std::uint64_t modified = 0;
  std::uint64_t removed = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t rejected = 0;
  struct Row {
    ChangeKind change = ChangeKind::added;
    TransactionId id;  ///< empty: a row that would be new
    std::string card_label;
    TransactionFacts facts;                  ///< as it would be; of one that would be removed: as it is
    std::optional<TransactionFacts> before;  ///< of one that would be modified
  };
  std::vector<Row> rows;          ///< the first 1,000
  std::optional<Error> obstacle;  ///< why it cannot be taken in as it stands, for example `card_ambiguous`
};
/// Why days are not known.
enum class GapReason : std::uint8_t {
  not_covered,  ///< no document and no look covers them
  no_consent,   ///< a consent had ended and was not renewed yet: nobody looked
  not_asked,    ///< the issuer gives them, and no look has asked for them yet
};
[[nodiscard]] std::string_view name_of(GapReason) noexcept;

struct CoverageOfCard {
  CardId card;
  struct Range {
    LocalDate from{};
    LocalDate to{};
    std::string channel;
    std::string certainty;
    GapReason reason = GapReason::not_covered;  ///< of a gap
  };
  std::vector<Range> ranges;
  std::vector<Range> gaps;              ///< between known ranges, and before them what could still be asked for
  std::optional<Range> not_looked;      ///< from the day after the last known one to today
  bool issuer_gives_no_more = false;    ///< the first known day is as far back as the issuer goes: no gap of ours
  std::optional<LocalDate> grows_from;  ///< from here on, rows may still come within the issuer's posting delay
  /// A statement proves what its month bills, whatever days are known.
  struct Month {
    BillingMonth month{};
    StatementId statement;
    StatementStatus status = StatementStatus::closed;
    std::optional<bool> balanced;
  };
  std::vector<Month> statements;  ///< by month
  CardFreshness freshness;
};

struct ExportReport {
  std::uint64_t transactions = 0;
  std::uint64_t settlements = 0;
  std::vector<std::string> notes;  ///< what the target cannot express, or was left out
};

struct IncidentRequest {
  CutoffScope scope = CutoffScope::all;
  IssuerId issuer;          ///< for scope issuer
  ConnectionId connection;  ///< for scope connection
  CutoffDegree degree = CutoffDegree::suspend;
  std::optional<Instant> suspected_since;
  std::string reason;
};

struct AuditReport {
  std::uint64_t entries = 0;
  std::vector<std::string> findings;  ///< empty: every chain verifies and meets its anchor
};

/// One entry with the chain that it stands in (`control` or `vault`).
struct AuditLine {
  std::string chain;
  AuditEntry entry;
};

class Engine {
 public:
  /// REQUIRES: every port is set.
  explicit Engine(EnginePorts ports);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// What can be read, from the adapters' own tables. Needs no store.
  [[nodiscard]] std::vector<LayoutInfo> layouts() const;
  /// Targets of `export_to`, by name.
  [[nodiscard]] std::vector<const Exporter*> exporters() const;

  /// Reads one document that the subject downloaded from an issuer and makes its windows visible. The
  /// issuer and layout come from the content. Safe to repeat: a known document adds nothing. Adds and
  /// revises, never removes. Up to 1 GiB, in bounded memory.
  /// A document that contradicts what is known, or that may be another card's, is kept aside: see ImportReport::hold.
  /// Errors: document_*, mixed_encodings, not_text, record_too_long, column_missing; a
  /// refusal (cutoff_*, clock_hold); store_busy after 10 s while another import runs; disk_full, io_error.
  /// A bad record is no error: see ImportReport::rejected.
  [[nodiscard]] Result<ImportReport> import_document(ByteSource& document, const ImportOptions& options);
  /// The same, with the transactions as read put into ImportReport::preview. For an engine over a memory store.
  [[nodiscard]] Result<ImportReport> preview_document(ByteSource& document, const ImportOptions& options);

  [[nodiscard]] Result<std::vector<Card>> cards();
  [[nodiscard]] Result<std::vector<Statement>> statements();
  /// `not_found` where the filter names a card or row that does not exist.
  [[nodiscard]] Result<TransactionList> transactions(const TransactionFilter& filter);
  /// What happened since a cursor (empty: from the beginning). What is sealed is passed over. `invalid_argument` for a
  /// foreign cursor; `cursor_too_old` where the feed does not reach back so far any more: Error::restart_cursor is a
  /// cursor of now, from which the consumer goes on after it has read everything anew.
  [[nodiscard]] Result<ChangeList> changes(const std::string& cursor, std::size_t limit);
  /// The cursor of now.
  [[nodiscard]] Result<std::string> change_cursor();
  [[nodiscard]] Result<Upcoming> upcoming();
  [[nodiscard]] Result<std::vector<CoverageOfCard>> coverage();
  [[nodiscard]] Result<Status> status();

  // ---- what a person looks at and decides: engine/review_<subject>.cpp --------------------------------

  /// Everything that is known of one row, by any id that it ever had. `not_found`.
  [[nodiscard]] Result<Explanation> explain(const TransactionId& id);
  /// `not_found`.
  [[nodiscard]] Result<StatementDetail> statement(const StatementId& id);
  /// Open ones, oldest first; with `all`, also those that were decided.
  [[nodiscard]] Result<std::vector<Suggestion>> suggestions(bool all);
  /// Accepted, the second row becomes the first: one row, both ids lead to it. Refused, both stay and are never
  /// suggested again. `not_found`; `invalid_argument` where it was decided already; refusals.
  [[nodiscard]] Result<Suggestion> decide(const SuggestionId& id, bool accept);
  /// Makes one card of two: what was known of `other` becomes known of `card`, rows that both have become one.
  /// `not_found`; `invalid_argument` (other issuers, the same card); refusals.
  [[nodiscard]] Result<Card> join_cards(const CardId& card, const CardId& other);
  /// Open ones, oldest first; with `all`, also those that ended.
  [[nodiscard]] Result<std::vector<Hold>> holds(bool all);
  /// What accepting it would do, tried and thrown away. Of one that has ended, only the hold itself. `not_found`;
  /// `store_busy` while another import or sync of its source runs.
  [[nodiscard]] Result<HoldDetail> hold(const HoldId& id, const HoldAnswer& answer = {});
  /// Takes the batch in as it stands: what it lists is so, and rows that it should list and does not are removed, with
  /// this hold as the reason. `not_found`; `invalid_argument` where it has ended; refusals; errors of an import.
  [[nodiscard]] Result<ImportReport> accept_hold(const HoldId& id, const HoldAnswer& answer);
  /// Throws the batch away, its raw records with it. `not_found`; `invalid_argument` where it has ended; refusals.
  [[nodiscard]] Result<Hold> discard_hold(const HoldId& id);
  [[nodiscard]] Result<std::vector<QuarantinedRecord>> quarantine();
  /// Reads stored raw records again with this program's normalizers and identity. Without `apply` it only says what
  /// would change. Public ids stay; old identities become aliases. Errors: refusals, store errors.
  [[nodiscard]] Result<ReplayReport> replay(const std::optional<IssuerId>& issuer, bool apply);
  /// Changes the person's own layer of a row, by any id that leads to it; what the issuer said stays untouched. An edit
  /// that changes nothing leaves no trace. `not_found`; `invalid_argument` (text over 500 characters or that is no
  /// UTF-8, control characters, more than 20 tags, an empty one or one with a comma, an edit of nothing);
  /// `pan_detected`; refusals.
  [[nodiscard]] Result<Transaction> annotate(const TransactionId& id, const UserEdit& edit);
  /// Takes the last change of the row's layer back. `not_found`; `invalid_argument` where there is none.
  [[nodiscard]] Result<Transaction> undo_annotation(const TransactionId& id);

  /// Writes the rows of the filter for a target. The gate is asked before every 1,000 rows and never held
  /// while the sink waits. On a refusal in between, the sink is not finished (INV-03).
  /// Errors: unknown_export_target; a refusal; whatever the sink reports.
  [[nodiscard]] Result<ExportReport> export_to(const std::string& target, const TransactionFilter& filter,
                                               ByteSink& sink);

  // ---- linked issuers: engine/linked.cpp --------------------------------------------------------------

  /// Registers us at an issuer, or replaces the registration (rotation). Checks the whole profile.
  /// Errors: profile_not_valid; invalid_argument (a key that cannot be read, or is missing); protocol_unsupported;
  /// not_simulated (a sandbox profile in a real store).
  [[nodiscard]] Result<RegisteredIssuer> register_issuer(const RegistrationRequest& request);
  [[nodiscard]] Result<std::vector<RegisteredIssuer>> registrations();

  /// What the person must see before `link` or a renewal. Sends nothing. Errors: registration_missing,
  /// not_found (no such consent to renew).
  [[nodiscard]] Result<ConsentScreen> consent_screen(const LinkRequest& request);
  /// Runs the authorization in the person's browser and keeps consent and tokens. Attended by its nature: at
  /// most ten minutes. With `renews` the connection, its cards and its history stay.
  /// Errors: consent_not_accepted (another screen than is shown now), authorization_denied, authorization_failed,
  /// scope_excess, consent_mismatch, protocol_unsupported, interrupted; refusals; what the transport reports.
  [[nodiscard]] Result<Connection> link(const LinkRequest& request, const ConsentAct& act,
                                        const LinkProgressCallback& progress);
  [[nodiscard]] Result<std::vector<Connection>> connections();
  /// Ends expired consents, then asks every connection for what is new. One that fails never stops the others:
  /// look at each report. Errors of the call itself: `not_found` (a connection that does not exist), store errors,
  /// `interrupted`.
  [[nodiscard]] Result<SyncReport> sync(const SyncOptions& options);
  /// Ends what has expired and goes on revoking at issuers what is due. Called first after a long sleep (10.2).
  [[nodiscard]] Result<SweepReport> sweep();
  [[nodiscard]] Result<std::vector<Consent>> consents();
  /// Withdraws a consent: nothing is requested, committed or released any more when this has returned; the
  /// issuer is told, again at each sweep until it confirms. Held data follows `held`. `not_found`.
  [[nodiscard]] Result<Consent> revoke_consent(const ConsentId& id, EndTerms held);

  /// Cuts off (I3). When it has returned, no request is under way and nothing in the scope commits, in any
  /// process of the store.
  [[nodiscard]] Result<Incident> open_incident(const IncidentRequest& request);
  [[nodiscard]] Result<Incident> lift_incident(const IncidentId& id, const std::string& reason);
  [[nodiscard]] Result<std::vector<Incident>> incidents();

  [[nodiscard]] Result<std::vector<AuditLine>> audit_entries();
  /// Verifies both chains and their anchors, offline.
  [[nodiscard]] Result<AuditReport> verify_audit();
  /// Checks the whole store; with `prune`, destroys raw pages and changes whose retention is over.
  [[nodiscard]] Result<StoreHealth> check(bool prune);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meisai
