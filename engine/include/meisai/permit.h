// SPDX-License-Identifier: Apache-2.0
//
// Permits are types (DESIGN section 2, I1). Only the gate makes one; it cannot be copied, and the door
// that takes it consumes it and has it re-checked at that instant: `std::move(permit).admit()`. What
// comes back holds the gate lock, so no cutoff can return while the step that it covers is under way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

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

enum class Purpose : std::uint8_t { commit, read, release, maintenance };
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

/// Who gets what is released.
enum class Recipient : std::uint8_t { subject, other };

/// What a permit is for.
struct PermitScope {
  IssuerId issuer;  ///< empty: every issuer
  Recipient recipient = Recipient::subject;
  bool attended = true;  ///< a person asked for it just now
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

 private:
  friend class Gate;
  Admission(std::unique_ptr<Hold> hold, Instant at) : hold_(std::move(hold)), at_(at) {}
  std::unique_ptr<Hold> hold_;
  Instant at_;
};

/// The gate, as permits see it.
class DoorKeeper {
 public:
  virtual ~DoorKeeper() = default;

 private:
  template <class>
  friend class Permit;
  [[nodiscard]] virtual Result<Admission> admit(Purpose purpose, const PermitScope& scope, std::uint64_t epoch) = 0;
};

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

 private:
  friend class Gate;
  Permit(DoorKeeper& keeper, PermitScope scope, std::uint64_t epoch)
      : keeper_(&keeper), scope_(std::move(scope)), epoch_(epoch) {}
  DoorKeeper* keeper_;
  PermitScope scope_;
  std::uint64_t epoch_;
};

}  // namespace meisai
