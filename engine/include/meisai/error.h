// SPDX-License-Identifier: Apache-2.0
//
// How every call of Meisai fails: one value with a stable code, the place and the way out. Two closed
// lists feed one enum. *Refusals* say "not now, by this rule" (requirements section 11); *errors* say
// "this did not work". Both lists only grow; names are API (CLI, audit, docs/errors/<code>.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace meisai {

/// A point on the UTC time line. A date without a time never becomes an Instant.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// clang-format off
/// Refusals of the gate, as listed in requirements section 11.
#define MEISAI_REFUSALS(X) \
  X(consent_missing) X(consent_expired) X(consent_withdrawn) X(consent_superseded) X(consent_mismatch) \
  X(scope_exceeded) X(scope_excess) X(field_not_allowed) X(purpose_mismatch) X(recipient_not_consented) \
  X(token_missing) X(token_indeterminate) X(reauth_required) X(cutoff_subject) X(cutoff_connection) \
  X(cutoff_credential) X(cutoff_adapter) X(cutoff_issuer) X(cutoff_partner) X(cutoff_all) \
  X(issuer_restricted) X(issuer_suspended) X(issuer_cancelled) X(maintenance) X(version_retired) \
  X(schema_drift) X(integrity_hold) X(clock_hold) X(no_contract) X(terms_missing) X(no_contact) \
  X(chain_not_agreed) X(chain_condition_lapsed) X(outlet_unclassified) X(write_refused) X(insecure_url) \
  X(pan_detected) X(wrong_owner) X(fraud_signal_missing) X(audit_unavailable) X(approval_required) \
  X(rate_limited)

/// Everything else that can go wrong. Grouped by what the caller can do about it.
#define MEISAI_ERRORS(X) \
  /* usage */             X(invalid_argument) X(not_found) X(unknown_export_target) X(cursor_too_old) \
  /* documents */         X(document_not_recognized) X(document_ambiguous) X(document_truncated) \
                          X(document_too_large) X(document_unreadable) X(document_changed) \
                          X(mixed_encodings) X(not_text) X(record_too_long) X(column_missing) \
                          X(column_ambiguous) X(card_ambiguous) X(statement_contradicted) \
                          X(batch_doubtful) \
  /* values */            X(amount_not_a_number) X(amount_overflow) X(currency_unknown) X(mixed_currencies) \
                          X(date_not_valid) X(plan_unknown) X(field_empty) X(text_not_valid) \
  /* store and keys */    X(store_missing) X(store_exists) X(store_busy) X(store_changed) X(store_damaged) \
                          X(store_rolled_back) X(store_too_new) X(store_not_encrypted) X(wrong_key) \
                          X(key_file_unsafe) X(key_ring_missing) X(codec_unavailable) \
                          X(disk_full) X(io_error) X(audit_broken) \
  /* issuers and links */ X(profile_not_valid) X(registration_missing) X(protocol_unsupported) \
                          X(issuer_unreachable) X(tls_not_trusted) X(issuer_failed) X(answer_not_valid) \
                          X(answer_too_large) X(redirect_refused) X(authorization_denied) \
                          X(authorization_failed) X(consent_not_accepted) X(no_card_account) X(data_sealed) \
  /* permits and self */  X(permit_spent) X(not_simulated) X(interrupted) X(internal_bug)
// clang-format on

enum class Code : std::uint16_t {
#define MEISAI_CODE(name) name,
  MEISAI_REFUSALS(MEISAI_CODE) MEISAI_ERRORS(MEISAI_CODE)
#undef MEISAI_CODE
};

/// The snake_case name: what JSON, the audit and the documentation show.
[[nodiscard]] std::string_view name_of(Code code) noexcept;
/// The code with this name, or nothing.
[[nodiscard]] std::optional<Code> code_named(std::string_view name) noexcept;
/// True for a refusal of the gate, false for an error.
[[nodiscard]] bool is_refusal(Code code) noexcept;

/// Whether doing the same again can help.
enum class Retry : std::uint8_t { never, later, after_user };
[[nodiscard]] std::string_view name_of(Retry retry) noexcept;

/// The place of a failure. Empty and zero mean "does not apply". Never holds statement content.
struct Where {
  std::string issuer;        ///< issuer id, for example `jcb_card`
  std::string layout;        ///< layout or API version
  std::string document;      ///< file name as the caller gave it, or the first 12 hex digits of its digest
  std::uint64_t row = 0;     ///< line of the document, from 1
  std::uint32_t column = 0;  ///< cell of the line, from 1
  std::string source;        ///< file:line in our own code, for internal_bug only

  [[nodiscard]] bool empty() const noexcept;
  /// `jcb_card, 202610meisai.csv, row 7, column 5`: only what is known.
  [[nodiscard]] std::string text() const;
};

/// A failure. `what` describes the shape, never the value: no merchant, amount, card number or key.
struct Error {
  Code code = Code::internal_bug;
  std::string what;
  Where where = {};
  std::string remedy = {};
  Retry retry = Retry::never;
  std::optional<Instant> next_allowed_at = {};
  std::string restart_cursor = {};  ///< cursor_too_old: where a consumer of the change feed starts again
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand to return a failure: `return fail(Code::not_found, "no such card");`
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
[[nodiscard]] tl::unexpected<Error> fail(Code code, std::string what, std::string remedy = {},
                                         Retry retry = Retry::never);

}  // namespace meisai

/// Returns the error of `expr` from the calling function, if it has one.
#define MEISAI_TRY(expr)                                                                                \
  do {                                                                                                  \
    if (auto meisai_try_ = (expr); !meisai_try_) return tl::unexpected(std::move(meisai_try_).error()); \
  } while (false)
/// `MEISAI_ASSIGN(auto rows, read_rows());` declares `rows`, or returns the error.
#define MEISAI_ASSIGN(decl, expr) MEISAI_ASSIGN_(MEISAI_CAT_(meisai_tmp_, __LINE__), decl, expr)
#define MEISAI_ASSIGN_(tmp, decl, expr)                    \
  auto tmp = (expr);                                       \
  if (!tmp) return tl::unexpected(std::move(tmp).error()); \
  decl = std::move(*tmp)
#define MEISAI_CAT_(a, b) MEISAI_CAT2_(a, b)
#define MEISAI_CAT2_(a, b) a##b
