// SPDX-License-Identifier: Apache-2.0
//
// SQLite's write-ahead log shares memory between connections under file locks and barriers that
// ThreadSanitizer cannot see, and reads its index optimistically on purpose. Those reports are silenced for
// every program that links the codec; everything else in the codec stays watched. Empty without the sanitizer.
#if defined(__SANITIZE_THREAD__)
#define MEISAI_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MEISAI_TSAN 1
#endif
#endif

#ifdef MEISAI_TSAN
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:^wal\nrace:^meisai_codec_sqlite3Wal\nrace:^sqlite3Wal\n";
}
#endif
