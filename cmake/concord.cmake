# One library a room: concord_library(name SOURCES … PUBLIC … PRIVATE … SCHEMAS a.fbs …).
# What is not named under PUBLIC or PRIVATE cannot be called: it does not link.
function(concord_library name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE;SCHEMAS" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(${name} PUBLIC concord_flags ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE})
  foreach(schema ${ROOM_SCHEMAS})
    concord_schema(${name} ${schema})
  endforeach()
endfunction()

# Generates <build>/generated/<folder>/<schema>_generated.h; include as "index/log/event_generated.h".
function(concord_schema target schema)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  get_filename_component(base ${schema} NAME_WE)
  set(out ${PROJECT_BINARY_DIR}/generated/${folder})
  add_custom_command(
    OUTPUT ${out}/${base}_generated.h
    COMMAND ${FLATC} --cpp --scoped-enums --cpp-std c++17 --gen-name-strings --gen-object-api --gen-mutable
            -I ${PROJECT_SOURCE_DIR} -o ${out} ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    DEPENDS ${schema}
    VERBATIM)
  target_sources(${target} PRIVATE ${out}/${base}_generated.h)
  add_custom_target(${target}_${base}_schema DEPENDS ${out}/${base}_generated.h)
  add_dependencies(generated_headers ${target}_${base}_schema)
  target_include_directories(${target} SYSTEM PUBLIC ${PROJECT_BINARY_DIR}/generated)
endfunction()

# One test program a folder under tests/: every *_test.cc in it, so that none is forgotten.
# concord_tests(name LINK … SOURCES helper.cc …)
function(concord_tests name)
  cmake_parse_arguments(T "" "" "LINK;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE concord_flags ${T_LINK} rapidcheck GTest::gtest_main
                                        GTest::gmock)
  target_compile_definitions(${name} PRIVATE CONCORD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 1200)
endfunction()

# A program people run: concord_program(name SOURCES … LINK …). Programs get jemalloc (libraries and
# tests do not); under a sanitizer they keep its own allocator. A test holds both.
function(concord_program name)
  cmake_parse_arguments(P "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${P_SOURCES})
  target_link_libraries(${name} PRIVATE concord_flags ${P_LINK})
  set(expected "libjemalloc")
  if(CONCORD_SANITIZE)
    set(expected "")
  else()
    target_link_libraries(${name} PRIVATE -Wl,--push-state,--no-as-needed PkgConfig::jemalloc
                                          -Wl,--pop-state)
  endif()
  add_test(NAME ${name}_allocator
           COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${name}> -DEXPECTED=${expected}
                   -P ${PROJECT_SOURCE_DIR}/cmake/check_allocator.cmake)
endfunction()

# One fuzz target: concord_fuzz(name SOURCES … LINK …). Its file defines LLVMFuzzerTestOneInput;
# `./dev fuzz` runs it. Seeds: a folder <name>_seeds beside it.
function(concord_fuzz name)
  if(NOT CONCORD_FUZZ)
    return()
  endif()
  cmake_parse_arguments(F "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${F_SOURCES})
  target_link_libraries(${name} PRIVATE concord_flags ${F_LINK} -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
  add_dependencies(fuzz_targets ${name})
endfunction()
