// SPDX-License-Identifier: Apache-2.0
//
// Permits are types (DESIGN section 2, I1). Only the gate makes one; it cannot be copied, and the door
// that takes it consumes it and has it re-checked at that instant: `std::move(permit).admit()`. What
// comes back holds the gate lock, so no cutoff can return while the step that it covers is under way.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "meisai/error.h"
#include "meisai/ids.h"

// Clang's consumed analysis (-Wconsumed) sees a permit that is given to a second door before it runs.
// GCC has none of it; there the second door answers `permit_spent`.
#if defined(__clang__)
#define MEISAI_CONSUMABLE [[clang::consumable(unconsumed)]]
#define MEISAI_IF_UNSPENT [[clang::callable_when("unconsumed")]]
#define MEISAI_UNSPENT [[clang::param_typestate(unconsumed)]]  ///< before a door's permit parameter
#else
#define MEISAI_CONSUMABLE
#define MEISAI_IF_UNSPENT
#define MEISAI_UNSPENT
#endif

namespace meisai {

enum class Purpose : std::uint8_t { commit, read, release, maintenance, request, authorize };
[[nodiscard]] std::string_view name_of(Purpose) noexcept;

struct Commit {
  static constexpr Purpose purpose = Purpose::commit;
};  ///< make rows visible
struct Read {
  static constexpr Purpose purpose = Purpose::read;
};  ///< the subject reads
struct Release {
  static constexpr Purpose purpose = Purpose::release;
};  ///< rows leave the store
struct Maintenance {
  static constexpr Purpose purpose = Purpose::maintenance;
};  ///< prune, check, repair
struct Request {
  static constexpr Purpose purpose = Purpose::request;
};  ///< ask an issuer for a page of data
struct Authorize {
  static constexpr Purpose purpose = Purpose::authorize;
};  ///< consent and token calls; only engine/authorize asks for one

/// What an Authorize permit is about: each has rules of its own.
enum class AuthorizeStep : std::uint8_t {
  link,     ///< the person is giving a consent just now; there is none yet
  refresh,  ///< new tokens under a consent that stands
  revoke,   ///< ending what was given: allowed after the consent's end and under a cutoff of degree `cancel`
};

/// Who gets what is released.
enum class Recipient : std::uint8_t { subject, other };

/// What a permit is for.
struct PermitScope {
  IssuerId issuer;          ///< empty: every issuer
  ConnectionId connection;  ///< empty: no connection, so no consent, is behind it (a file that the subject has)
  ConsentId consent;        ///< that was in force when the work began; empty: whichever is in force
  Recipient recipient = Recipient::subject;
  bool attended = true;                         ///< a person asked for it just now
  AuthorizeStep step = AuthorizeStep::refresh;  ///< for Authorize
};

/// Held by whoever does an admitted step. Lets go of the gate lock when destroyed.
class Admission {
 public:
  /// What an implementation of the gate lock puts in here.
  class Hold {
   public:
    virtual ~Hold() = default;
  };
  Admission(Admission&&) noexcept = default;
  Admission& operator=(Admission&&) noexcept = default;
  /// The deny-clock instant of the re-check.
  [[nodiscard]] Instant at() const noexcept { return at_; }
  /// Connections whose data nobody may see now (end terms `seal` and `erase`): whoever reads leaves them out.
  [[nodiscard]] const std::vector<ConnectionId>& sealed() const noexcept { return sealed_; }

 private:
  friend class Gate;
  Admission(std::unique_ptr<Hold> hold, Instant at, std::vector<ConnectionId> sealed)
      : hold_(std::move(hold)), at_(at), sealed_(std::move(sealed)) {}
  std::unique_ptr<Hold> hold_;
  Instant at_;
  std::vector<ConnectionId> sealed_;
};

/// Held by a transfer from before its first byte to after its last. While it is held no cutoff returns; so
/// whoever holds it asks `still_open` at least every 50 ms and lets go at once when that fails. What came in
/// until then is thrown away unparsed (I3).
class Crossing {
 public:
  Crossing(Crossing&&) noexcept = default;
  Crossing& operator=(Crossing&&) noexcept = default;
  /// The refusal that holds now, if one does. Cheap; thread-safe.
  [[nodiscard]] Result<void> still_open() const { return still_open_(); }
  /// The deny-clock instant at which it was opened.
  [[nodiscard]] Instant at() const noexcept { return at_; }

 private:
  friend class Gate;
  Crossing(std::unique_ptr<Admission::Hold> hold, Instant at, std::function<Result<void>()> still_open)
      : hold_(std::move(hold)), at_(at), still_open_(std::move(still_open)) {}
  std::unique_ptr<Admission::Hold> hold_;
  Instant at_;
  std::function<Result<void>()> still_open_;
};

/// The gate, as permits see it.
class DoorKeeper {
 public:
  virtual ~DoorKeeper() = default;

 private:
  template <class>
  friend class Permit;
  [[nodiscard]] virtual Result<Admission> admit(Purpose purpose, const PermitScope& scope, std::uint64_t epoch) = 0;
  [[nodiscard]] virtual Result<Crossing> cross(Purpose purpose, const PermitScope& scope, std::uint64_t epoch) = 0;
};

/// Purposes whose step goes over the network.
template <class P>
concept CrossingPurpose = std::same_as<P, Request> || std::same_as<P, Authorize>;

/// Leave to do one step of one purpose. Move-only, used once, valid only if `admit` says so.
template <class P>
class MEISAI_CONSUMABLE [[nodiscard]] Permit {
 public:
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  Permit(Permit&& other) noexcept
      : keeper_(std::exchange(other.keeper_, nullptr)), scope_(std::move(other.scope_)), epoch_(other.epoch_) {}
  Permit& operator=(Permit&&) = delete;
  ~Permit() = default;

  [[nodiscard]] const PermitScope& scope() const noexcept { return scope_; }

  /// Re-checks the permit inside the gate lock and spends it. Errors: the refusal that holds now;
  /// `permit_spent` for one that was moved away or used; `store_busy` if the lock cannot be had.
  [[nodiscard]] MEISAI_IF_UNSPENT Result<Admission> admit() && {
    if (keeper_ == nullptr) return fail(Code::permit_spent, "this permit was used already");
    return std::exchange(keeper_, nullptr)->admit(P::purpose, scope_, epoch_);
  }

  /// Re-checks the permit and spends it for one transfer. Errors: as `admit`.
  [[nodiscard]] MEISAI_IF_UNSPENT Result<Crossing> cross() &&
    requires CrossingPurpose<P>
  {
    if (keeper_ == nullptr) return fail(Code::permit_spent, "this permit was used already");
    return std::exchange(keeper_, nullptr)->cross(P::purpose, scope_, epoch_);
  }

 private:
  friend class Gate;
  Permit(DoorKeeper& keeper, PermitScope scope, std::uint64_t epoch)
      : keeper_(&keeper), scope_(std::move(scope)), epoch_(epoch) {}
  DoorKeeper* keeper_;
  PermitScope scope_;
  std::uint64_t epoch_;
};

}  // namespace meisai
