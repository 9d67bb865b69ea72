// SPDX-License-Identifier: Apache-2.0
//
// The one entry of the test-only shared object.
#pragma once

/// 0, or the number of the step that failed (see probe.cpp). Works in `folder`, leaves `probe.db` there.
extern "C" int meisai_codec_probe(const char* folder) noexcept;
