# SPDX-License-Identifier: Apache-2.0
#
# libmeisai for embedding programs: shared (Meisai::meisai) and static (Meisai::meisai_static), with headers,
# CMake package and pkg-config file. Both are the same rooms as the command line's.
include(CMakePackageConfigHelpers)
find_package(OpenSSL 3 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)

set(rooms engine adapters normalizers storage transport exporters kit)
set(room_objects)
foreach(room ${rooms})
  list(APPEND room_objects $<TARGET_OBJECTS:meisai_${room}>)
endforeach()
get_target_property(codec_object meisai_codec SOURCES)
set_source_files_properties(${codec_object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)

function(meisai_library target)
  add_dependencies(${target} meisai_codec_names)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/engine/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/apps/kit/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PRIVATE OpenSSL::SSL OpenSSL::Crypto ICU::uc PkgConfig::sodium PkgConfig::zstd
                                          PkgConfig::curl PkgConfig::simdjson Threads::Threads m)
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX
    ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  add_library(Meisai::${target} ALIAS ${target})
endfunction()

add_library(meisai SHARED ${room_objects} ${codec_object})
meisai_library(meisai)
set(exports ${CMAKE_CURRENT_SOURCE_DIR}/exports.map)
target_link_options(meisai PRIVATE LINKER:--version-script=${exports} LINKER:--as-needed)
if(MEISAI_SANITIZE)
  target_link_options(meisai PRIVATE -fsanitize=${MEISAI_SANITIZE})
else()
  target_link_options(meisai PRIVATE LINKER:--no-undefined)
endif()
set_target_properties(meisai PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
                                        LINK_DEPENDS ${exports})

add_library(meisai_static STATIC ${room_objects} ${codec_object})
meisai_library(meisai_static)

# --- installation ---
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Meisai)
install(TARGETS meisai meisai_static EXPORT MeisaiTargets COMPONENT development
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/engine/include/ ${PROJECT_SOURCE_DIR}/apps/kit/include/
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT MeisaiTargets NAMESPACE Meisai:: DESTINATION ${package_folder} COMPONENT development)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/MeisaiConfig.cmake.in MeisaiConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(MeisaiConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/MeisaiConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/MeisaiConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT development)

# Relocatable: the prefix is where the file is found, as many folders up as it lies deep.
file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" to_prefix "${to_prefix}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/meisai.pc.in meisai.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/meisai.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
