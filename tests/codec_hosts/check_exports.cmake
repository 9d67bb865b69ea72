# SPDX-License-Identifier: Apache-2.0
#
# The shared object shows exactly one symbol to its host, and asks its host for none of SQLite's.
execute_process(COMMAND ${NM} -D --defined-only -P ${LIBRARY} OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE " [^\n]*" "" exported "${listing}")
string(STRIP "${exported}" exported)
if(NOT exported STREQUAL "meisai_codec_probe")
  message(FATAL_ERROR "exported symbols are not just meisai_codec_probe:\n${exported}")
endif()
execute_process(COMMAND ${NM} -D --undefined-only -P ${LIBRARY} OUTPUT_VARIABLE wanted COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]*(sqlite3|sqlcipher)[^\n]*" foreign "${wanted}")
if(foreign)
  message(FATAL_ERROR "the host's SQLite would be called: ${foreign}")
endif()
