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
    COMMAND ${FLATC} --cpp --scoped-enums --cpp-std c++17 --gen-name-strings
            -I ${PROJECT_SOURCE_DIR} -o ${out} ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    DEPENDS ${schema}
    VERBATIM)
  target_sources(${target} PRIVATE ${out}/${base}_generated.h)
  target_include_directories(${target} SYSTEM PUBLIC ${PROJECT_BINARY_DIR}/generated)
endfunction()

# One test program a folder under tests/: every *_test.cc in it, so that none is forgotten.
function(concord_tests name)
  cmake_parse_arguments(T "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${T_LINK} GTest::gtest_main GTest::gmock)
  target_compile_definitions(${name} PRIVATE CONCORD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 1200)
endfunction()
