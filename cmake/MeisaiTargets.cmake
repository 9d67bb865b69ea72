# SPDX-License-Identifier: Apache-2.0
# How every part of the house is compiled: one object library a room, the same flags everywhere.
include(GNUInstallDirs)

add_library(meisai_flags INTERFACE)
target_compile_features(meisai_flags INTERFACE cxx_std_20)
target_compile_options(meisai_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wsign-conversion;-Wold-style-cast;-Wnon-virtual-dtor;-Woverloaded-virtual;-Wno-missing-field-initializers>
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wconsumed>
  # Rooms are position-independent for libmeisai.so; nobody replaces one of our functions by another of its name.
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-semantic-interposition>
  $<$<BOOL:${MEISAI_WERROR}>:-Werror>)
if(MEISAI_SANITIZE)
  # GCC 12 sees uninitialized memory in libstdc++ where a sanitizer's checks hide the initialization from it.
  target_compile_options(meisai_flags INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
  target_compile_options(meisai_flags INTERFACE -fsanitize=${MEISAI_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(MEISAI_SANITIZE MATCHES undefined)
    # A null or misaligned access ends under AddressSanitizer too; these four checks double the time of the build.
    target_compile_options(meisai_flags INTERFACE -fno-sanitize=null,alignment,vptr,object-size)
  endif()
  target_link_options(meisai_flags INTERFACE -fsanitize=${MEISAI_SANITIZE})
endif()

find_program(MEISAI_CCACHE ccache)
if(MEISAI_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MEISAI_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${MEISAI_CCACHE})
endif()

# meisai_room(name [DEPENDS libs...]): every .cpp below the calling folder becomes object library meisai_<name>.
# Private headers are included by their path from the project's root ("engine/ledger/matching.h").
function(meisai_room name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(meisai_${name} OBJECT ${sources})
  set_target_properties(meisai_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(meisai_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/engine/include PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(meisai_${name} PUBLIC meisai_flags PRIVATE ${ARG_DEPENDS})
endfunction()
