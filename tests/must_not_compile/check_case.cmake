# SPDX-License-Identifier: Apache-2.0
#
# Compiles one case in both forms. The right form must compile; the wrong one must fail, and every error
# must match a `// gcc says:` or `// clang says:` line of the case, so that none passes for another reason.
file(STRINGS ${CASE} lines REGEX "^// (gcc|clang) says: ")
list(TRANSFORM lines REPLACE "^// (gcc|clang) says: " "")
list(JOIN lines "|" says)
if(says STREQUAL "")
  message(FATAL_ERROR "${CASE} does not announce what a compiler says")
endif()

function(compile form result_var text_var)
  execute_process(
    COMMAND ${COMPILER} -std=c++20 @${FLAGS} ${EXTRA} -Werror -fsyntax-only ${form}
      -I${ROOT}/engine/include -I${ROOT} ${CASE}
    RESULT_VARIABLE result ERROR_VARIABLE text OUTPUT_VARIABLE text)
  set(${result_var} "${result}" PARENT_SCOPE)
  set(${text_var} "${text}" PARENT_SCOPE)
endfunction()

compile(-DMEISAI_RIGHT_FORM result text)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the right form does not compile:\n${text}")
endif()

compile(-UMEISAI_RIGHT_FORM result text)
if(result EQUAL 0)
  message(FATAL_ERROR "this compiles, and must not")
endif()
string(REPLACE ";" "," lines "${text}")
string(REPLACE "\n" ";" lines "${lines}")
set(errors 0)
foreach(line IN LISTS lines)
  if(line MATCHES "error: ")
    if(NOT line MATCHES "${says}")
      message(FATAL_ERROR "fails for another reason than `${says}`:\n${text}")
    endif()
    math(EXPR errors "${errors} + 1")
  endif()
endforeach()
if(errors EQUAL 0)
  message(FATAL_ERROR "fails without an error message (exit ${result}):\n${text}")
endif()
