# What a project calls of Zephyr: the target app, whose sources are listed in the end.
file(WRITE ${CMAKE_BINARY_DIR}/empty.c "int main(void) { return 0; }\n")
enable_language(C)
add_library(app STATIC ${CMAKE_BINARY_DIR}/empty.c)
macro(list_sources)
  get_target_property(sources app SOURCES)
  message(STATUS "stub sources: ${sources}")
endmacro()
cmake_language(DEFER CALL list_sources)
