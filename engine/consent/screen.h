// SPDX-License-Identifier: Apache-2.0
//
// What the person sees before the browser opens: the items of METI-3.4.2-i-b, FISC-43 and FISC-44, made from
// the issuer's profile and our own texts. Pure: the same day and profile give the same screen and hash.
#pragma once

#include "meisai/consent.h"
#include "meisai/issuer_profile.h"

namespace meisai::consent {

/// The longest end is the beginning of a day in Japan, so that a screen and its hash hold for a whole day.
[[nodiscard]] ConsentScreen screen_of(const IssuerProfile& profile, EndTerms end_terms, Instant now);

}  // namespace meisai::consent
